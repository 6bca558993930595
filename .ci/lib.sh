# What the parts share; to be sourced.
export DEBIAN_FRONTEND=noninteractive CXXFLAGS=-Werror

# Installs the Debian packages named, unless they are there.
need() {
  dpkg -s "$@" >/dev/null 2>&1 && return
  if ! apt-cache show "$@" >/dev/null 2>&1; then apt-get update -qq; fi
  apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# The README's own list of what a build needs.
need_all() {
  need $(grep -m1 '^apt-get update' README.md | sed 's/.*--no-install-recommends \(.*\) && cmake -S.*/\1/')
}

# The C++ sources under the folders named that git knows.
sources() {
  git ls-files -- "${@/%//*.cpp}" "${@/%//*.h}"
}

# Prints a command and runs it.
show() {
  echo "+ $*"
  "$@"
}

# Compiles again what was compiled already with the same text and flags, as other parts and earlier runs did, from a
# cache beside the builds.
with_cache() {
  need ccache
  export CCACHE_DIR=${CCACHE_DIR:-$PWD/build/ccache}
  export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
  export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache
}
