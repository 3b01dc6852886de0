#!/bin/bash
# Run in an mbedTLS 3.6 tree: leaves a client for TLS 1.2 and 1.3 that knows what public web servers use.
set -euo pipefail
set_option() { python3 scripts/config.py set "MBEDTLS_$1"; }
unset_options() { for option; do python3 scripts/config.py unset "MBEDTLS_$option"; done; }

# Downloads run side by side, and PSA's key store is shared between them.
set_option THREADING_C
set_option THREADING_PTHREAD

# The server's side, datagrams, session storage and renegotiation.
unset_options SSL_SRV_C SSL_PROTO_DTLS SSL_DTLS_ANTI_REPLAY SSL_DTLS_HELLO_VERIFY SSL_DTLS_CLIENT_PORT_REUSE \
    SSL_DTLS_CONNECTION_ID SSL_DTLS_CONNECTION_ID_COMPAT SSL_COOKIE_C SSL_CACHE_C SSL_TICKET_C SSL_RENEGOTIATION \
    SSL_CONTEXT_SERIALIZATION SSL_EARLY_DATA
# Self tests, debugging, its own sockets and timers.
unset_options SELF_TEST DEBUG_C NET_C TIMING_C VERSION_FEATURES ECP_RESTARTABLE
# Writing certificates and keys, containers for them. PK_WRITE_C stays: curl's key pinning needs it.
unset_options X509_CREATE_C X509_CSR_PARSE_C X509_CRT_WRITE_C X509_CSR_WRITE_C PEM_WRITE_C PKCS12_C PKCS5_C PKCS7_C \
    GENPRIME PSA_CRYPTO_STORAGE_C PSA_ITS_FILE_C LMS_C LMS_PRIVATE
# Ciphers and hashes that no current public server asks for.
unset_options ARIA_C CAMELLIA_C DES_C DHM_C CCM_C NIST_KW_C RIPEMD160_C CIPHER_MODE_CFB CIPHER_MODE_OFB CIPHER_MODE_XTS PADLOCK_C
# Key exchanges without forward secrecy or a certificate; ephemeral ECDH is what is left.
unset_options ECJPAKE_C KEY_EXCHANGE_{PSK,DHE_PSK,ECDHE_PSK,RSA_PSK,DHE_RSA,RSA,ECDH_ECDSA,ECDH_RSA,ECJPAKE}_ENABLED
# Curves other than P-256, P-384, P-521 and X25519.
unset_options ECP_DP_{SECP192R1,SECP224R1,SECP192K1,SECP224K1,SECP256K1,BP256R1,BP384R1,BP512R1,CURVE448}_ENABLED
