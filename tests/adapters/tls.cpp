// SPDX-License-Identifier: Apache-2.0
// HTTPS errors. The certificates are made by openssl(1) and served by its s_server.
#include <doctest/doctest.h>

#include "adapters/child.hpp"
#include "adapters/http_server.hpp"
#include "adapters/scratch.hpp"
#include "platform/crypto/sha256.hpp"
#include "platform/http/fetch.hpp"
#include "platform/http/tls_error.hpp"

using namespace agent;
using namespace agent::test;
using std::chrono::sys_days;

namespace {

// A CA, and server certificates that it signs.
class Authority {
 public:
  Authority() {
    scratch_.write("ca.conf", "[ca]\ndefault_ca=x\n[x]\ndatabase=" + path("index") +
                                  "\nserial=" + path("serial") + "\nnew_certs_dir=" + path() +
                                  "\ndefault_md=sha256\npolicy=any\ncopy_extensions=copy\nunique_subject="
                                  "no\n[any]\ncommonName=supplied\n");
    scratch_.write("index", "");
    scratch_.write("serial", "01\n");
    REQUIRE(run({"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj",
                 "/CN=Test CA", "-keyout", path("ca.key"), "-out", path("ca.pem")}) == 0);
    REQUIRE(run({"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj",
                 "/CN=Another CA", "-keyout", path("other.key"), "-out", path("other.pem")}) == 0);
  }
  void reply_with(const std::string& text) const { scratch_.write("reply", text); }
  void certificate(const std::string& name, const std::string& host, const std::string& from,
                   const std::string& until, const std::vector<std::string>& key = {"rsa:2048"}) const {
    std::vector<std::string> request = {"openssl", "req",
                                        "-new",    "-nodes",
                                        "-subj",   "/CN=" + host,
                                        "-addext", "subjectAltName=DNS:" + host,
                                        "-keyout", path(name + ".key"),
                                        "-out",    path(name + ".csr"),
                                        "-newkey"};
    request.insert(request.end(), key.begin(), key.end());
    REQUIRE(run(request) == 0);
    REQUIRE(run({"openssl", "ca", "-batch", "-config", path("ca.conf"), "-cert", path("ca.pem"), "-keyfile",
                 path("ca.key"), "-startdate", from, "-enddate", until, "-notext", "-in", path(name + ".csr"),
                 "-out", path(name + ".pem")}) == 0);
  }
  [[nodiscard]] std::string path(const std::string& name = "") const { return scratch_.path(name); }

 private:
  Scratch scratch_;
};

// Fetches "file" by the name `localhost` from a server with that certificate.
Result<Fetched> fetch_from(const Authority& authority, const std::string& certificate,
                           const std::string& ca = "ca.pem",
                           const std::vector<std::string>& server_options = {}) {
  std::vector<std::string> argv = {"openssl",
                                   "s_server",
                                   "-accept",
                                   "127.0.0.1:0",
                                   "-HTTP",
                                   "-cert",
                                   authority.path(certificate + ".pem"),
                                   "-key",
                                   authority.path(certificate + ".key")};
  argv.insert(argv.end(), server_options.begin(), server_options.end());
  Child server(argv, authority.path());
  const auto address = server.after("ACCEPT ");
  REQUIRE_MESSAGE(address != "", server.printed());
  const auto port = address.substr(address.rfind(':') + 1);
  const Scratch scratch;
  // -HTTP: the server sends the file in its directory, which includes the HTTP header.
  return fetch_file(
      {"https://localhost:" + port + "/reply", sha256_hex("secured"), 1'000'000, Milliseconds(5'000)},
      scratch.path(), [](std::string_view) {}, authority.path(ca));
}

void refused(const Result<Fetched>& result, std::string_view text) {
  REQUIRE_FALSE(result);
  CAPTURE(result.error().message);
  CHECK(result.error().code == Errc::refused);
  CHECK(result.error().message.find(text) != std::string::npos);
  CHECK(result.error().message.find("(attempt 1)") != std::string::npos);
}

}  // namespace

TEST_CASE("fetch over TLS: a good certificate, and what is wrong with others") {
  const Authority authority;
  authority.certificate("good", "localhost", "20200101000000Z", "20491231000000Z");
  authority.certificate("expired", "localhost", "20200101000000Z", "20200201000000Z");
  authority.certificate("future", "localhost", "20480101000000Z", "20491231000000Z");
  authority.certificate("wrong", "other.test", "20200101000000Z", "20491231000000Z");
  authority.reply_with(ok("secured"));

  const auto good = fetch_from(authority, "good");
  CHECK_MESSAGE(good, good.error().message);
  refused(fetch_from(authority, "expired"), "TLS: the server's certificate has expired (today is 2");
  refused(fetch_from(authority, "future"), "TLS: the server's certificate is not valid yet");
  refused(fetch_from(authority, "wrong"), "TLS: the server's certificate is for another host name");
  refused(fetch_from(authority, "good", "other.pem"),
          "TLS: the server's certificate is not signed by any authority in " + authority.path("other.pem"));
  const auto no_bundle = fetch_from(authority, "good", "absent.pem");
  REQUIRE_FALSE(no_bundle);
  CHECK(no_bundle.error().message.find("absent.pem") != std::string::npos);
}

TEST_CASE(
    "fetch over TLS: versions 1.2 and 1.3, nothing older, and the server is told the name that is wanted") {
  const Authority authority;
  authority.certificate("good", "localhost", "20200101000000Z", "20491231000000Z");
  authority.certificate("wrong", "other.test", "20200101000000Z", "20491231000000Z");
  authority.reply_with(ok("secured"));

  authority.certificate("ec", "localhost", "20200101000000Z", "20491231000000Z",
                        {"ec", "-pkeyopt", "ec_paramgen_curve:P-256"});
  using Case = std::pair<std::string, std::string>;
  for (const auto& [version, certificate] :
       {Case{"-tls1_2", "ec"}, Case{"-tls1_2", "good"}, Case{"-tls1_3", "ec"}, Case{"-tls1_3", "good"}}) {
    CAPTURE(version);
    CAPTURE(certificate);
    const auto result = fetch_from(authority, certificate, "ca.pem", {version});
    CHECK_MESSAGE(result, result.error().message);
  }
  const auto old = fetch_from(authority, "good", "ca.pem", {"-tls1_1", "-cipher", "ALL:@SECLEVEL=0"});
  REQUIRE_FALSE(old);
  CHECK(old.error().message.find("attempt") != std::string::npos);

  const auto named = fetch_from(authority, "wrong", "ca.pem",
                                {"-servername", "localhost", "-cert2", authority.path("good.pem"), "-key2",
                                 authority.path("good.key")});
  CHECK_MESSAGE(named, named.error().message);
}

TEST_CASE("fetch over TLS: a redirect to plain http is not followed") {
  const HttpServer plain([](const Connection& c, int, const std::string&) { c.send(ok("secured")); });
  const Authority authority;
  authority.certificate("good", "localhost", "20200101000000Z", "20491231000000Z");
  authority.reply_with(status(302, "Location: " + plain.url("/") + "\r\n"));
  refused(fetch_from(authority, "good"), "https");
  CHECK(plain.requests().empty());
}

TEST_CASE("certificate errors: the clock is blamed when it must be wrong") {
  const auto reason = "SSL certificate problem: certificate is not yet valid";
  const auto text = explain_certificate(reason, sys_days{std::chrono::January / 1 / 1970}, "ca.pem");
  CHECK(text.starts_with("TLS: this machine's clock says 1970-01-01, before this program was built"));
  CHECK(text.find(reason) != std::string::npos);
  CHECK(explain_certificate(reason, std::chrono::system_clock::now(), "ca.pem")
            .starts_with("TLS: the server's certificate is not valid yet"));
  CHECK(clock_is_behind(sys_days{std::chrono::December / 31 / 2023}));
  CHECK_FALSE(clock_is_behind(std::chrono::system_clock::now()));
}

TEST_CASE("certificate errors: the texts of mbedTLS, which the release uses") {
  const auto now = std::chrono::system_clock::now();
  CHECK(explain_certificate("mbedTLS: The certificate validity has expired\n", now, "ca")
            .starts_with("TLS: the server's certificate has expired"));
  CHECK(explain_certificate("mbedTLS: The certificate Common Name (CN) does not match with the expected CN\n",
                            now, "ca") ==
        "TLS: the server's certificate is for another host name (mbedTLS: The certificate Common Name (CN) "
        "does not match with the expected CN)");
  CHECK(explain_certificate("mbedTLS: The certificate is not correctly signed by the trusted CA\n", now, "/b")
            .find("any authority in /b") != std::string::npos);
  CHECK(explain_certificate("mbedTLS: The certificate validity starts in the future\n", now, "ca")
            .find("not valid yet") != std::string::npos);
  CHECK(explain_certificate("something else", now, "ca") == "TLS: something else");
}
