// SPDX-License-Identifier: Apache-2.0
#include "platform/http/tls_error.hpp"

#include <fmt/format.h>

#include <array>

namespace agent {
namespace {

enum class Cause { expired, not_yet, wrong_host, unknown_ca };
struct Wording {
  std::string_view text;
  Cause cause;
};
// OpenSSL: x509_txt.c; libcurl's own for host names: lib/vtls/openssl.c; mbedTLS:
// MBEDTLS_X509_CRT_ERROR_INFO_LIST in x509.h. The host name comes before the issuer: mbedTLS reports both
// when both are wrong.
constexpr std::array<Wording, 9> wordings = {{
    {"certificate has expired", Cause::expired},
    {"certificate validity has expired", Cause::expired},
    {"certificate is not yet valid", Cause::not_yet},
    {"certificate validity starts in the future", Cause::not_yet},
    {"does not match", Cause::wrong_host},
    {"no alternative certificate subject name", Cause::wrong_host},
    {"unable to get local issuer certificate", Cause::unknown_ca},
    {"self-signed certificate", Cause::unknown_ca},
    {"not correctly signed by the trusted CA", Cause::unknown_ca},
}};

// The year in __DATE__ ("Nov 23 2026"). GCC takes the date from SOURCE_DATE_EPOCH when that is set.
constexpr int build_year() {
  constexpr std::string_view date = __DATE__;
  int year = 0;
  for (const char digit : date.substr(7)) year = year * 10 + (digit - '0');
  return year;
}

std::string explain(Cause cause, std::string_view today, std::string_view ca_bundle) {
  switch (cause) {
    case Cause::expired:
      return fmt::format("the server's certificate has expired (today is {} here)", today);
    case Cause::not_yet:
      return fmt::format("the server's certificate is not valid yet (today is {} here)", today);
    case Cause::wrong_host:
      return "the server's certificate is for another host name";
    case Cause::unknown_ca:
      break;
  }
  return fmt::format("the server's certificate is not signed by any authority in {}", ca_bundle);
}

}  // namespace

bool clock_is_behind(std::chrono::system_clock::time_point now) {
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(now));
  return date.year() < std::chrono::year(build_year());
}

std::string explain_certificate(std::string_view reason, std::chrono::system_clock::time_point now,
                                std::string_view ca_bundle) {
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(now));
  const auto today = fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                                 static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  while (!reason.empty() && reason.back() == '\n')
    reason.remove_suffix(1);  // mbedTLS's texts end with a newline
  if (clock_is_behind(now))
    return fmt::format(
        "TLS: this machine's clock says {}, before this program was built; set it (timedatectl) ({})", today,
        reason);
  for (const auto& [text, cause] : wordings)
    if (reason.find(text) != std::string_view::npos)
      return fmt::format("TLS: {} ({})", explain(cause, today, ca_bundle), reason);
  return fmt::format("TLS: {}", reason);
}

}  // namespace agent
