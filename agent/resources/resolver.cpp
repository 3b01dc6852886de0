#include "resources/resolver.hpp"

namespace agent {
namespace {

const std::string used = "/etc/resolv.conf";
const std::string kept = "/etc/resolv.pre-tailscale-backup.conf";

// Absent counts as empty; a symlink is another program's affair.
Result<bool> empty(const Probe& probe, const std::string& path) {
  auto info = probe.stat(path);
  if (!info) return pass(std::move(info));
  return !*info || ((*info)->type == FileType::regular && (*info)->size == 0);
}

}  // namespace

Resolver::Resolver() : Resource({"resolver", {}, {}}) {}

Result<Observation> Resolver::observe(const Probe& probe) const {
  auto lost = empty(probe, used);
  if (!lost) return pass(std::move(lost));
  auto nothing_kept = empty(probe, kept);
  if (!nothing_kept) return pass(std::move(nothing_kept));
  Observation seen;
  if (*lost && !*nothing_kept) seen.drift(used, "empty", "as before tailscaled took it over");
  return seen;
}

Status Resolver::apply(Host& host, const Observation& /*seen*/) {
  auto text = host.read_file(kept);
  if (!text) return pass(std::move(text));
  return host.write_file(used, *text, {0644});
}

}  // namespace agent
