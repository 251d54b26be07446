"""Prints what `make mutants` has found so far: each module's score, and the mutants that no test noticed."""

from mutmut.mutation.data import SourceFileMutationData
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import walk_mutatable_files

NOTICED = ("killed", "timeout", "segfault")


def score(statuses):
    if not statuses:
        return "not tried yet"
    noticed = sum(status in NOTICED for status in statuses)
    return f"{noticed:5} of {len(statuses):5} noticed  {noticed / len(statuses):6.1%}"


def main():
    statuses = {}
    for path in sorted(walk_mutatable_files()):
        data = SourceFileMutationData(path=path)
        data.load()
        tried = {name: code for name, code in data.exit_code_by_key.items() if code is not None}
        statuses |= {name: status_by_exit_code[code] for name, code in tried.items()}
        print(f"{path!s:34}{score([statuses[name] for name in tried])}")
    print(f"{'all':34}{score(list(statuses.values()))}")
    for name, status in statuses.items():
        if status not in NOTICED:
            print(f"{status}: {name}")


if __name__ == "__main__":
    main()
