// SPDX-License-Identifier: Apache-2.0
// Result<T>: what every fallible function returns. Exceptions of a library are caught where it is used.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace agent {

// Only a few kinds, on purpose: code decides by the kind, a person reads the message.
enum class Errc {
  invalid,      // the input is wrong; running again with the same input fails again
  not_found,    // the thing is not there
  refused,      // a safety rule forbids it (symlink in the way, wrong hash, not a regular file, …)
  unavailable,  // something outside is down or not ready yet; a later try may work
  timed_out,    // the deadline passed
  blocked,      // cannot be observed before another resource is in sync; the message says which
  failed,       // anything else
};

// Whether the same run may succeed later without anybody's help.
[[nodiscard]] constexpr bool may_pass(Errc code) { return code != Errc::invalid && code != Errc::refused; }

// `message` is one line that says what, why, and (where known) what to do next. It never holds a secret.
struct Error {
  Errc code = Errc::failed;
  std::string message;

  // The same error with the context of one more layer: "context: message".
  [[nodiscard]] Error in(std::string_view context) && {
    return {code, fmt::format("{}: {}", context, message)};
  }
};

template <class T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

template <class... Args>
[[nodiscard]] tl::unexpected<Error> fail(Errc code, fmt::format_string<Args...> format, Args&&... args) {
  return tl::unexpected<Error>(Error{code, fmt::format(format, std::forward<Args>(args)...)});
}

// Returns the error of `result`, with one layer of context.
template <class T>
[[nodiscard]] tl::unexpected<Error> pass(Result<T>&& result, std::string_view context) {
  return tl::unexpected<Error>(std::move(result).error().in(context));
}
template <class T>
[[nodiscard]] tl::unexpected<Error> pass(Result<T>&& result) {
  return tl::unexpected<Error>(std::move(result).error());
}

// The same result; its error with one layer of context.
template <class T>
[[nodiscard]] Result<T> with_context(Result<T>&& result, std::string_view context) {
  if (!result) return pass(std::move(result), context);
  return std::move(result);
}

}  // namespace agent

// Returns the error of a Status from the enclosing function. C++20 has no `?`.
#define AGENT_TRY(expression)                                                     \
  do {                                                                            \
    if (auto agent_try_status = (expression); !agent_try_status)                  \
      return tl::unexpected<::agent::Error>(std::move(agent_try_status).error()); \
  } while (false)

// Gives the value of a Result a name, or returns its error from the enclosing function. (ccache has the same
// macro, TRY_ASSIGN.)
//   AGENT_TRY_ASSIGN(const auto text, probe.read_file(path));
// With `auto&&` the name refers to the value inside the Result, so that no copy of a secret stays behind in
// it.
#define AGENT_TRY_ASSIGN(name, ...) \
  AGENT_TRY_ASSIGN_TO(name, AGENT_JOIN(agent_result_, __LINE__), __VA_ARGS__)
#define AGENT_TRY_ASSIGN_TO(name, result, ...)                                     \
  auto result = (__VA_ARGS__);                                                     \
  if (!(result)) return tl::unexpected<::agent::Error>(std::move(result).error()); \
  name = *std::move(result)
#define AGENT_JOIN(left, right) AGENT_JOIN_EXPANDED(left, right)
#define AGENT_JOIN_EXPANDED(left, right) left##right
