"""Python in the reader's browser: Pyodide's files, JupyterLite, and the scripts that run a page's cells."""
