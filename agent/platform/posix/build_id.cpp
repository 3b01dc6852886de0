// SPDX-License-Identifier: Apache-2.0
#include "platform/posix/build_id.hpp"

#include <elf.h>
#include <fmt/format.h>
#include <link.h>

#include <algorithm>
#include <cstring>
#include <string_view>

namespace agent {
namespace {

using namespace std::string_view_literals;

// A segment of notes (elf(5)). Each note has a header, a name and a descriptor, padded to the segment's
// alignment.
std::string id_in(std::string_view notes, std::size_t alignment) {
  const auto padded = [alignment](std::size_t size) {
    return (size + alignment - 1) / alignment * alignment;
  };
  while (notes.size() >= sizeof(ElfW(Nhdr))) {
    ElfW(Nhdr) header{};
    std::memcpy(&header, notes.data(), sizeof header);
    notes.remove_prefix(sizeof header);
    const auto name = notes.substr(0, header.n_namesz);
    notes.remove_prefix(std::min(padded(header.n_namesz), notes.size()));
    const auto descriptor = notes.substr(0, header.n_descsz);
    notes.remove_prefix(std::min(padded(header.n_descsz), notes.size()));
    if (header.n_type != NT_GNU_BUILD_ID || name != "GNU\0"sv) continue;
    std::string id;
    for (const char byte : descriptor) id += fmt::format("{:02x}", static_cast<unsigned char>(byte));
    return id;
  }
  return {};
}

// Called for the program first, then for its shared libraries.
int look(dl_phdr_info* object, std::size_t /*size*/, void* into) {
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    const auto& segment = object->dlpi_phdr[i];
    if (segment.p_type != PT_NOTE) continue;
    // NOLINTNEXTLINE(performance-no-int-to-ptr): dl_iterate_phdr(3) gives addresses as integers
    const auto* begin = reinterpret_cast<const char*>(object->dlpi_addr + segment.p_vaddr);
    auto id = id_in({begin, segment.p_memsz}, std::max<std::size_t>(segment.p_align, 4));
    if (!id.empty()) *static_cast<std::string*>(into) = std::move(id);
  }
  return 1;  // stop after the first object
}

}  // namespace

std::string build_id() {
  std::string id;
  dl_iterate_phdr(look, &id);
  return id;
}

}  // namespace agent
