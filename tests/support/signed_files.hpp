// SPDX-License-Identifier: Apache-2.0
// Files signed by minisign 0.11 with two throw-away keys, whose secret keys are deleted: `minisign -G -W`,
// then `minisign -S -s KEY -m FILE -c 'made for a test' -t COMMENT`. The files are ELF headers without
// contents, and a text.
#pragma once

#include <elf.h>

#include <cstring>
#include <string>

namespace agent::signed_files {

inline const std::string key = "RWSAVCpXjrbpMmebvkOkl2RtL5v6UgPaFdR8LazsBBWtXbmMm8wwARwS";
inline const std::string key_id = "32E9B68E572A5480";
inline const std::string other_key = "RWRb8pubtGrktmrYr306cw6ewieIsDsEHbUCY/vsUjawQMPWaVx9FSqL";
inline const std::string other_key_id = "B6E46AB49B9BF25B";

inline std::string elf(Elf64_Half machine) {
  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_ident[EI_VERSION] = EV_CURRENT;
  header.e_type = ET_DYN;
  header.e_machine = machine;
  header.e_version = EV_CURRENT;
  header.e_phoff = sizeof header;
  header.e_ehsize = sizeof header;
  header.e_phentsize = sizeof(Elf64_Phdr);
  header.e_shentsize = sizeof(Elf64_Shdr);
  return {reinterpret_cast<const char*>(&header), sizeof header};
}
inline const std::string x86_64 = elf(EM_X86_64);
inline const std::string aarch64 = elf(EM_AARCH64);
inline const std::string script =
    "#!/bin/sh\n#!/bin/sh\n#!/bin/sh\n#!/bin/sh\n#!/bin/sh\n#!/bin/sh\n#!/bin/sh\n#!/bin/sh\n#!/bin/sh\n#!/"
    "bin/sh\n";

// of x86_64
inline const std::string newer =
    "untrusted comment: made for a test\n"
    "RUSAVCpXjrbpMuebrrtDYVh6sUBY3HWU2e8qp2xwpOgS3gCFcwefE9mt/8p8ULhhWa3yIwl63tH5bfPvPcR0IoDxs65SOyEghQw=\n"
    "trusted comment: bootstrap-agent version=99.0.0 arch=x86_64\n"
    "IPF1lffp671SiLsEKTLpe97Gal4apY1fhBwk5roddWmkFIWa2O4e7kr+qvsnGSLRDpB+zBTe/P9DPbJcd42VBg==\n";
// of x86_64
inline const std::string older =
    "untrusted comment: made for a test\n"
    "RUSAVCpXjrbpMuebrrtDYVh6sUBY3HWU2e8qp2xwpOgS3gCFcwefE9mt/8p8ULhhWa3yIwl63tH5bfPvPcR0IoDxs65SOyEghQw=\n"
    "trusted comment: bootstrap-agent version=0.0.1 arch=x86_64\n"
    "Cz7rCrHpqw83tKt0ghkdEkqHKT9l2aChlr+rrPa5ctYtjZFpJofKkstqBZ5ltsGGVmcF1OazPE6IS+6iIa6DCg==\n";
// of aarch64
inline const std::string for_arm =
    "untrusted comment: made for a test\n"
    "RUSAVCpXjrbpMkGj0pN/t8yrhcPzCBvhSML4Xg0alOjHsyQFJLoldgWmV1JiC15zebAdxvS1KHU3jnJASftFb5oIL0pr2xLmNgQ=\n"
    "trusted comment: bootstrap-agent version=99.0.0 arch=aarch64\n"
    "YkSFipPbtntqmNeUYLW+XtJ5NEfIC5Q+eGIcdZ+fXHDw5foKqxdiWyHLEyt2KDuZAOPqEbvmmrfjGU2qKpuDAg==\n";
// of aarch64
inline const std::string mislabelled =
    "untrusted comment: made for a test\n"
    "RUSAVCpXjrbpMkGj0pN/t8yrhcPzCBvhSML4Xg0alOjHsyQFJLoldgWmV1JiC15zebAdxvS1KHU3jnJASftFb5oIL0pr2xLmNgQ=\n"
    "trusted comment: bootstrap-agent version=99.0.0 arch=x86_64\n"
    "ZSVvUVNjFc1WDKgGAytEqQJpYZXC9S3AvH6B+zwnbOhVh0BMvr104UjCOZAMCbhDf4QAk4SG4cqJkRz9QrTPCA==\n";
// of the script
inline const std::string script_signature =
    "untrusted comment: made for a test\n"
    "RUSAVCpXjrbpMsjNCtUykMMNI0Kh2yKnW8EG1sCbZvE97+5iSQdxaWx2/g+/we9nmR38YE+1eLlr0DvbQQd4GHPlMMc40aFkSQI=\n"
    "trusted comment: bootstrap-agent version=99.0.0 arch=x86_64\n"
    "BWdvegzYblThOPoHJjFa/XJIDwsZ/I7HIcNmojXcmOrRROq0YLIxsUrf58GVo/MC50zse2dRWYuOZxXEY7mGBA==\n";
// of x86_64
inline const std::string sums =
    "untrusted comment: made for a test\n"
    "RUSAVCpXjrbpMuebrrtDYVh6sUBY3HWU2e8qp2xwpOgS3gCFcwefE9mt/8p8ULhhWa3yIwl63tH5bfPvPcR0IoDxs65SOyEghQw=\n"
    "trusted comment: SHA256SUMS bootstrap-agent version=99.0.0 arch=x86_64\n"
    "d0vSxUKPjxJ1GGoHo9c/4EpRtMnTJ1wwI/2OJ2goBlHYirAr0IAxN8qdrWFF8KJrBHyfq17yDqz6RRG63xYSCg==\n";
// of x86_64
inline const std::string versionless =
    "untrusted comment: made for a test\n"
    "RUSAVCpXjrbpMuebrrtDYVh6sUBY3HWU2e8qp2xwpOgS3gCFcwefE9mt/8p8ULhhWa3yIwl63tH5bfPvPcR0IoDxs65SOyEghQw=\n"
    "trusted comment: bootstrap-agent arch=x86_64\n"
    "q1WZEbtRF36UaqPZSsOzTk/Fjd5gxCVmkJbeqUpqvdRDy9oE3G+5SJXtdYUeD3bNrMsxpnDwd1LqZO+mQd3oDg==\n";
// of x86_64
inline const std::string twice =
    "untrusted comment: made for a test\n"
    "RUSAVCpXjrbpMuebrrtDYVh6sUBY3HWU2e8qp2xwpOgS3gCFcwefE9mt/8p8ULhhWa3yIwl63tH5bfPvPcR0IoDxs65SOyEghQw=\n"
    "trusted comment: bootstrap-agent version=0.0.1 version=99.0.0 arch=x86_64\n"
    "MtwrNxqIx2JC1zHac+sY2P4O9bmJ1TgZxdzbGDG36ulkbQWL2+OOD664Y55d02egN8roU2/U6JGUSQ5yoGd2Bg==\n";
// of x86_64
inline const std::string later_words =
    "untrusted comment: made for a test\n"
    "RUSAVCpXjrbpMuebrrtDYVh6sUBY3HWU2e8qp2xwpOgS3gCFcwefE9mt/8p8ULhhWa3yIwl63tH5bfPvPcR0IoDxs65SOyEghQw=\n"
    "trusted comment: bootstrap-agent version=99.0.0 arch=x86_64 channel=stable\n"
    "appPkSGKXaOPkMCPvAWfJMSL5IaYJFLWe17LkYmASNo0PJzzrpWKHZNpm2+dgOjysmEgZ0FBMUQXL1Cgkl41CA==\n";
// of x86_64, with -l
inline const std::string legacy =
    "untrusted comment: made for a test\n"
    "RWSAVCpXjrbpMkxe/KagPYzN1DtJEg+rentI+rrMZf6ot2BdMc4OssAu+3OhDoKK2ZrFX43C7xswwSkQpQOq0TMbslcD17PeXgo=\n"
    "trusted comment: bootstrap-agent version=99.0.0 arch=x86_64\n"
    "MqUvTP2Zm/ki3l50/6nQJkuHtKcr7UOGmH4h0t9R/ItZrVnIkzZK9xdk6Ye3SB5Yjg/gv4pJCSji1Ir0SlSbBw==\n";
// of x86_64, with the other key
inline const std::string by_other =
    "untrusted comment: made for a test\n"
    "RURb8pubtGrktmfdEs21MsasgeijskCHlOC/7xndraAo+GUf9VYep6wvjq37Xnh7rb1tpyXgGqxjWjbEmo/I0M/hfNxvQBf4Wgs=\n"
    "trusted comment: bootstrap-agent version=99.0.0 arch=x86_64\n"
    "HCY6ZLBQJ+IoDQWJajQaTK37vS74mRTIRjqBRQhrXPH6xkxHDD5sDuoK8CSFd8aGtghrByjt5dVXDfZRDbHBCg==\n";

}  // namespace agent::signed_files
