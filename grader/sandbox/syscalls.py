"""What a box may ask of the kernel, as a seccomp filter: the calls listed here. All others are refused.

A list of what is allowed needs no defence of what it forgets, and a call that next year's kernel brings is refused too.
Nothing here makes a process, a socket, a mount or a lock, or memory that is no address space.
"""

import errno
import tempfile
from importlib import import_module

STUDENT = """read readv pread64 write writev pwrite64 lseek close close_range open openat creat truncate ftruncate
    fallocate fsync fdatasync sendfile stat fstat lstat newfstatat statx access faccessat faccessat2 readlink
    readlinkat getdents64 getcwd chdir fchdir mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2 symlink
    symlinkat chmod fchmod fchmodat umask dup dup2 dup3 select pselect6 poll ppoll brk mmap munmap mremap mprotect
    madvise futex sched_yield sched_getaffinity getrandom uname getpid gettid getppid getpgid getpgrp getsid getuid
    geteuid getgid getegid getresuid getresgid getgroups kill tkill tgkill rt_sigaction rt_sigprocmask rt_sigreturn
    rt_sigpending rt_sigsuspend rt_sigtimedwait sigaltstack pause alarm setitimer getitimer nanosleep
    clock_nanosleep clock_gettime clock_getres gettimeofday time times getrusage getrlimit setrlimit restart_syscall
    exit exit_group"""
TEMPLATE = """execve arch_prctl set_tid_address set_robust_list rseq prctl recvmsg sendmsg getsockname getsockopt
    pidfd_open wait4 setsid statfs"""  # what starts Python in the box, and what forks and limits a student's process
NEW_NAMESPACES = 0x7E02_0080  # flags of clone
ASKED = {  # which argument may have which values
    "ioctl": (1, (0x5401, 0x5413, 0x5450, 0x5451)),  # is this a terminal, how large; close on exec or not
    "fcntl": (1, (0, 1, 2, 3, 4, 1030)),  # copies and flags of files; no locks, which others could see
    "prlimit64": (0, (0,)),  # the limits of the process itself
}


def number(name: str) -> int:
    """The number of a call on this machine."""
    return import_module("pyseccomp").resolve_syscall(0, name)


def program(names: str) -> bytes:
    """The filter that allows the calls in `names`, as the kernel and bubblewrap read it."""
    seccomp = import_module("pyseccomp")  # fails where libseccomp is missing: `box.missing` says so
    refuse = seccomp.ERRNO(errno.EPERM)
    calls = seccomp.SyscallFilter(refuse)
    calls.set_attr(seccomp.Attr.ACT_BADARCH, refuse)  # 32-bit and x32 calls, which have other numbers
    for name in names.split():
        calls.add_rule(seccomp.ALLOW, name)
    for name, (argument, values) in ASKED.items():
        for value in values:
            calls.add_rule(seccomp.ALLOW, name, seccomp.Arg(argument, seccomp.EQ, value))
    if "execve" in names:
        calls.add_rule(seccomp.ALLOW, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, NEW_NAMESPACES, 0))
    with tempfile.TemporaryFile() as file:
        calls.export_bpf(file)
        file.seek(0)
        return file.read()
