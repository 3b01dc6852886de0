// SPDX-License-Identifier: Apache-2.0
// A journal file. Every user who may log can influence its contents. The visited parts must be within the
// file, in order, and must not overlap.
#include <sys/mman.h>
#include <unistd.h>

#include "base/unique_fd.hpp"
#include "fuzz.hpp"
#include "platform/posix/posix.hpp"
#include "platform/systemd/journal_file.hpp"

namespace agent::fuzz {

void run(std::string_view input) {
  static const UniqueFd file(::memfd_create("journal", MFD_CLOEXEC));
  // The magic is added, because most inputs would fail there.
  const auto text = "LPKSHHRH" + std::string(input);
  require(::ftruncate(file.get(), 0) == 0 && ::lseek(file.get(), 0, SEEK_SET) == 0,
          "a file in memory can be emptied");
  require(write_all(file.get(), text, "journal").has_value(), "and written");
  off_t free = 0;
  const auto ended = for_each_compressed_field(
      file.get(), "journal", [&](off_t offset, std::size_t size, std::string_view) -> Status {
        require(offset >= free && size > 0 && static_cast<std::size_t>(offset) + size <= text.size(),
                "a field lies in the file, behind the last");
        free = offset + static_cast<off_t>(size);
        return {};
      });
  if (!ended) require_error(ended.error(), {Errc::failed});
}

}  // namespace agent::fuzz
