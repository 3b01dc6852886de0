// SPDX-License-Identifier: Apache-2.0
#include "platform/posix/accounts.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <functional>
#include <string_view>

#include "platform/posix/posix.hpp"

namespace agent {
namespace {

using Fields = std::vector<std::string_view>;
constexpr std::size_t largest_file = 16U << 20U;

Fields split(std::string_view text, char separator) {
  Fields fields;
  for (;;) {
    const auto end = text.find(separator);
    fields.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return fields;
    text.remove_prefix(end + 1);
  }
}

// Calls `look` for each line of a file that has at least `count` colon-separated fields.
Status each_line(const std::string& file, std::size_t count, const std::function<void(const Fields&)>& look) {
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return fail_errno(errno, file);
  AGENT_TRY_ASSIGN(auto text, read_all(fd.get(), largest_file, file));
  for (const auto line : split(text, '\n'))
    if (const auto fields = split(line, ':'); fields.size() >= count) look(fields);
  return {};
}

bool number(std::string_view text, unsigned& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

// shadow(5): what is empty is no limit. useradd(8) writes login.defs' PASS_MAX_DAYS 99999, which is 273
// years.
constexpr unsigned never_in_days = 10'000;

void read_ageing(const Fields& line, User& user) {
  unsigned days = 0;
  user.must_change_password = line[2] == "0";
  user.ages = (number(line[4], days) && days < never_in_days) || !line[6].empty() || !line[7].empty();
}

// The password field accepts no password. An empty field accepts everybody (passwd(5), shadow(5)).
bool locked(std::string_view field) {
  return !field.empty() && (field.front() == '!' || field.front() == '*');
}

}  // namespace

Result<std::optional<User>> find_account(const std::string& name, const std::string& etc) {
  std::optional<User> user;
  bool in_shadow = false;
  AGENT_TRY(each_line(etc + "/passwd", 7, [&](const Fields& line) {
    User found;
    if (user || line[0] != name || !number(line[2], found.uid) || !number(line[3], found.gid)) return;
    in_shadow = line[1] == "x";
    found.name = name;
    found.home = line[5];
    found.shell = line[6];
    found.password_locked = in_shadow || locked(line[1]);  // "x" without a line in shadow(5) accepts nobody
    user = std::move(found);
  }));
  if (!user) return user;
  AGENT_TRY(each_line(etc + "/group", 4, [&](const Fields& line) {
    const auto members = split(line[3], ',');
    if (std::find(members.begin(), members.end(), name) != members.end()) user->groups.emplace_back(line[0]);
  }));
  std::sort(user->groups.begin(), user->groups.end());
  if (in_shadow) {
    AGENT_TRY(each_line(etc + "/shadow", 2, [&](const Fields& line) {
      if (line[0] != name) return;
      user->password_locked = locked(line[1]);
      if (line.size() >= 9) read_ageing(line, *user);
    }));
  }
  return user;
}

Result<std::vector<gid_t>> group_ids(const User& user, const std::string& etc) {
  std::vector<gid_t> ids = {user.gid};
  AGENT_TRY(each_line(etc + "/group", 3, [&](const Fields& line) {
    gid_t id = 0;
    const bool member = std::find(user.groups.begin(), user.groups.end(), line[0]) != user.groups.end();
    if (member && number(line[2], id) && id != user.gid) ids.push_back(id);
  }));
  return ids;
}

}  // namespace agent
