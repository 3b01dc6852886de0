# shellcheck shell=bash
# Sourced by build-one.sh. From $ARCH, $WORK and $PREFIX: the cross (or native) toolchain in the dialects of make,
# configure, CMake and meson.
TRIPLE=$ARCH-linux-gnu
export SOURCE_DATE_EPOCH=0 # what __DATE__ becomes: a library does not depend on the day it was built
# gcc-ar and gcc-ranlib, because plain ar writes no symbol index for objects that hold only LTO bytecode.
export CC=$TRIPLE-gcc CXX=$TRIPLE-g++ AR=$TRIPLE-gcc-ar RANLIB=$TRIPLE-gcc-ranlib NM=$TRIPLE-gcc-nm STRIP=$TRIPLE-strip
export PKG_CONFIG_LIBDIR=$PREFIX/lib/pkgconfig PKG_CONFIG_PATH=

flags=(
    -Os -w                                        # small; warnings in others' code are not ours to fix
    -fPIE                                         # for static-pie
    -flto -ffat-lto-objects                       # the final link optimizes across libraries; that of tests does not
    -ffunction-sections -fdata-sections           # what is unused is dropped by the linker
    -fvisibility=hidden                           # nothing is exported from a static binary
    -fstack-protector-strong -D_FORTIFY_SOURCE=2  # these parse what the network sends, as root
    "-ffile-prefix-map=$WORK=/deps"               # the same bits wherever the cache is
)
# No unwind tables in C: no exception passes through these libraries.
c_flags=("${flags[@]}" -fno-asynchronous-unwind-tables -fno-unwind-tables)
cxx_flags=("${flags[@]}" -fvisibility-inlines-hidden)

cmake_toolchain() {
    cat <<EOF
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR $ARCH)
set(CMAKE_C_COMPILER $CC)
set(CMAKE_CXX_COMPILER $CXX)
set(CMAKE_AR $(command -v "$AR"))
set(CMAKE_RANLIB $(command -v "$RANLIB"))
set(CMAKE_FIND_ROOT_PATH $PREFIX)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(CMAKE_EXE_LINKER_FLAGS_INIT -static)
EOF
}

meson_cross_file() { # $1: a further directory of libraries and .pc files
    local quoted
    quoted=$(printf "'%s', " "${c_flags[@]}" "-I$PREFIX/include")
    cat <<EOF
[binaries]
c = '$CC'
cpp = '$CXX'
ar = '$AR'
nm = '$NM'
strip = '$STRIP'
pkgconfig = 'pkg-config'
[built-in options]
c_args = [$quoted]
c_link_args = ['-L$PREFIX/lib', '-L$1']
[properties]
pkg_config_libdir = ['$PREFIX/lib/pkgconfig', '$1']
needs_exe_wrapper = true
[host_machine]
system = 'linux'
cpu_family = '$ARCH'
cpu = '$ARCH'
endian = 'little'
EOF
}

with_cmake() {
    cmake_toolchain >toolchain.cmake
    cmake -G Ninja -S . -B build-cmake -DCMAKE_TOOLCHAIN_FILE=toolchain.cmake -DCMAKE_BUILD_TYPE=None \
        -DBUILD_SHARED_LIBS=OFF -DCMAKE_INSTALL_PREFIX="$PREFIX" -DCMAKE_INSTALL_LIBDIR=lib \
        -DCMAKE_C_FLAGS="${c_flags[*]}" -DCMAKE_CXX_FLAGS="${cxx_flags[*]}" "$@"
    ninja -C build-cmake install
}
