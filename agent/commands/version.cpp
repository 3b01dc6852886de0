// SPDX-License-Identifier: Apache-2.0
#include "version.hpp"

#include "base/json.hpp"
#include "commands/commands.hpp"
#include "platform/libraries.hpp"
#include "platform/posix/build_id.hpp"
#include "profile/yaml/parse.hpp"

namespace agent {
namespace {

Json libraries() {
  Json out;
  for (const auto& [name, number] : platform_libraries()) out[name] = number;
  out["yaml-cpp"] = yaml_version();
  out["fmt"] = AGENT_FMT_VERSION;
  out["nlohmann-json"] = Json::meta()["version"]["string"];
  out["tl-expected"] = fmt::format("{}.{}.{}", TL_EXPECTED_VERSION_MAJOR, TL_EXPECTED_VERSION_MINOR,
                                   TL_EXPECTED_VERSION_PATCH);
  return out;
}

}  // namespace

int version_command(const Options& options) {
  const Json about = {{"version", version::number},       {"commit", version::commit},
                      {"build_id", build_id()},           {"architecture", version::architecture},
                      {"signing_key", built_in_key_id()}, {"libraries", libraries()}};
  if (options.format == Format::json) {
    fmt::print("{}\n", about.dump(2));
    return exit_ok;
  }
  fmt::print("bootstrap-agent {} ({}, {})\n", version::number, version::commit, version::architecture);
  if (const auto id = build_id(); !id.empty()) fmt::print("build id {}\n", id);
  const auto key = built_in_key_id();
  fmt::print("{}\n", key.empty() ? "no signing key" : "signing key " + key);
  for (const auto& [name, number] : about["libraries"].items())
    fmt::print("  {:<14} {}\n", name, number.get<std::string>());
  return exit_ok;
}

}  // namespace agent
