// SPDX-License-Identifier: Apache-2.0
// get URL: fetches it like the agent does. Linked like the release binary, for tests of code that has no
// option.
#include "platform/http/http.hpp"
#include "platform/posix/nss.hpp"

int main(int argc, char** argv) {
  agent::pin_nss();
  if (argc != 2) return 3;
  const auto answer = agent::http_get({argv[1], "", agent::Milliseconds(30'000)});
  fmt::print("{}\n", answer ? answer->body : answer.error().message);
  return answer ? 0 : 1;
}
