# Shared by ./run and ./test, which source it from the repository folder: find Python, create .venv, install packages.

find_python() {
    for name in python3.14 python3.13 python3.12 python3.11 python3 python; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
    echo "Python 3.11 or newer is needed, and none was found. On Debian and Ubuntu, run apt install python3 python3-venv; on macOS, run brew install python." >&2
    exit 1
}

make_venv() {
    [ -x .venv/bin/python ] && return
    python=$(find_python) || exit 1
    echo "Creating .venv with $("$python" --version) ..." >&2
    if command -v uv >/dev/null 2>&1; then
        uv venv --quiet --python "$python" .venv || exit 1
    elif ! "$python" -m venv .venv >/dev/null 2>&1; then
        rm -rf .venv
        echo "Python can't create a virtual environment. On Debian and Ubuntu, run apt install python3-venv and try again." >&2
        exit 1
    fi
}

# install FILE: install the locked packages of FILE by hash, unless the last finished install was of the same file.
install() {
    stamp=".venv/$1.done"
    cmp -s "$1" "$stamp" && return
    echo "Installing $1 ..." >&2
    if command -v uv >/dev/null 2>&1; then
        uv pip install --quiet --python .venv/bin/python --require-hashes -r "$1" || exit 1
    elif .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.txt; then
        .venv/bin/python -m uv pip install --quiet --python .venv/bin/python --require-hashes -r "$1" || exit 1
    else
        .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$1" || exit 1
    fi
    cp "$1" "$stamp"
}
