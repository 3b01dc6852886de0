# shellcheck shell=bash
# Sourced by build-one.sh: one function per library of sources.lock, run in its unpacked source. Each leaves its .a in
# $PREFIX/lib and its headers in $PREFIX/include. What is left out, the agent does not use.
# shellcheck disable=SC2154 # c_flags comes from toolchain.sh
jobs=-j$(nproc)

build_zlib() {
    CHOST=$TRIPLE CFLAGS="${c_flags[*]}" ./configure --static --prefix="$PREFIX"
    make "$jobs" libz.a
    cp libz.a "$PREFIX/lib"
    cp zlib.h zconf.h "$PREFIX/include"
}

build_xz-utils() {
    CFLAGS="${c_flags[*]}" ./configure --host="$TRIPLE" --prefix="$PREFIX" --disable-shared --disable-nls --disable-doc \
        --disable-{xz,xzdec,lzmadec,lzmainfo,lzma-links,scripts,threads,microlzma,lzip-decoder}
    make "$jobs" install
}

build_libzstd() {
    make -C lib "$jobs" libzstd.a CC="$CC" AR="$AR" CFLAGS="${c_flags[*]}" \
        ZSTD_LEGACY_SUPPORT=0 ZSTD_LIB_DICTBUILDER=0 ZSTD_LIB_DEPRECATED=0
    cp lib/libzstd.a "$PREFIX/lib"
    cp lib/zstd.h lib/zstd_errors.h "$PREFIX/include"
}

build_mbedtls() {
    "$HERE/mbedtls-config.sh"
    with_cmake -DENABLE_PROGRAMS=OFF -DENABLE_TESTING=OFF -DGEN_FILES=OFF
}

build_libcap2() { # libsystemd needs it
    make -C libcap "$jobs" libcap.a libcap.pc CC="$CC" BUILD_CC=gcc AR="$AR" RANLIB="$RANLIB" OBJCOPY="$TRIPLE-objcopy" \
        COPTS="${c_flags[*]}" PTHREADS=no lib=lib prefix="$PREFIX" LIBDIR="$PREFIX/lib" INCDIR="$PREFIX/include"
    cp libcap/libcap.a "$PREFIX/lib"
    mkdir -p "$PREFIX/include/sys" "$PREFIX/lib/pkgconfig"
    cp libcap/include/sys/capability.h "$PREFIX/include/sys"
    cp libcap/libcap.pc "$PREFIX/lib/pkgconfig"
}

build_systemd() { # only libsystemd.a
    # configure asks for libmount and libcrypt, which libsystemd.a does not use: stand-ins
    mkdir stub
    printf 'Name: mount\nDescription: stand-in\nVersion: 2.38\nLibs:\nCflags:\n' >stub/mount.pc
    "$AR" rcs stub/libcrypt.a
    export PKG_CONFIG_LIBDIR=$PKG_CONFIG_LIBDIR:$PWD/stub
    meson_cross_file "$PWD/stub" >cross.ini
    local options
    mapfile -t options < <(python3 "$HERE/systemd-options.py" meson_options.txt)
    meson setup build-meson --cross-file cross.ini --prefix=/usr --libdir=lib --buildtype=plain \
        -Db_lto=false -Db_pie=false -Dstatic-libsystemd=pic -Dmode=release "${options[@]}"
    ninja -C build-meson version.h # libsystemd.a includes it, 252 forgets to say so
    ninja -C build-meson libsystemd.a
    cp build-meson/libsystemd.a "$PREFIX/lib"
    mkdir -p "$PREFIX/include/systemd"
    cp src/systemd/*.h "$PREFIX/include/systemd"
}

build_yaml-cpp() { with_cmake -DYAML_CPP_BUILD_TESTS=OFF -DYAML_CPP_BUILD_TOOLS=OFF -DYAML_CPP_BUILD_CONTRIB=OFF; }

build_fmtlib() { # the same as in cmake/libraries.cmake: of floating point only double is printed
    local cxx_flags=("${cxx_flags[@]}" -DFMT_USE_FLOAT=0 -DFMT_USE_LONG_DOUBLE=0)
    with_cmake -DFMT_TEST=OFF -DFMT_DOC=OFF
}

build_libarchive() {
    with_cmake -DPOSIX_REGEX_LIB=NONE \
        -DENABLE_{OPENSSL,MBEDTLS,NETTLE,LIBB2,LZ4,LZO,BZip2,LIBXML2,EXPAT,PCREPOSIX,PCRE2POSIX,CNG}=OFF \
        -DENABLE_{TAR,CPIO,CAT,UNZIP,ACL,XATTR,ICONV,TEST,WERROR}=OFF
    local found # it builds happily without what it did not find
    for found in LIBZ LIBLZMA LIBZSTD; do grep "define HAVE_$found 1" build-cmake/config.h; done
}

build_curl() { # HTTP(S) only; the threaded resolver is safe once NSS is pinned, so no c-ares
    CFLAGS="${c_flags[*]}" CPPFLAGS="-I$PREFIX/include" LDFLAGS="-L$PREFIX/lib" ./configure --host="$TRIPLE" \
        --prefix="$PREFIX" --disable-shared --disable-dependency-tracking --with-mbedtls="$PREFIX" --with-zlib="$PREFIX" \
        --enable-threaded-resolver --with-ca-bundle=/etc/ssl/certs/ca-certificates.crt --without-ca-path \
        --without-{libpsl,libidn2,brotli,zstd,nghttp2,librtmp,libssh2,libgsasl} \
        --disable-{ares,debug,libcurl-option,manual,docs,ftp,file,ldap,ldaps,rtsp,dict,telnet,tftp,pop3,imap,smb,smtp} \
        --disable-{gopher,mqtt,ipfs,websockets,alt-svc,hsts,ntlm,tls-srp,doh,netrc,aws,dnsshuffle,progress-meter} \
        --disable-{kerberos-auth,negotiate-auth,digest-auth,cookies,form-api,bindlocal}
    make "$jobs" -C lib
    make -C lib install
    make -C include install
}

build_libsodium() { # Debian has the repository's tarball, without a configure; minimal: without deprecated primitives
    autoreconf --install
    CFLAGS="${c_flags[*]}" ./configure --host="$TRIPLE" --prefix="$PREFIX" --disable-shared --disable-dependency-tracking \
        --enable-minimal --disable-{pie,ssp} # these two are in c_flags, the second in a stronger form
    make "$jobs" -C src/libsodium install
}

build_tl-expected() { cp -r usr/include/tl "$PREFIX/include"; }
build_nlohmann-json3() { cp -r usr/include/nlohmann "$PREFIX/include"; }
build_doctest() { cp -r usr/include/doctest "$PREFIX/include"; }
