// SPDX-License-Identifier: Apache-2.0
// One row per secret: everything that uses the table must work for every row.
#include "profile/secret_table.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <set>
#include <sstream>

#include "cli/options.hpp"
#include "profile/load.hpp"
#include "support/repository.hpp"

namespace agent {
namespace {

std::string line(const SecretRow& row, int which = 0) {
  const auto* form =
      row.key == "webhook_url" ? "{}: https://hooks.test/{}\n" : "{}: value-of-more-than-16-{}\n";
  return fmt::format(fmt::runtime(form), row.key, which);
}

Secrets loaded(const std::string& text) {
  auto secrets = load_secrets(text, "s");
  REQUIRE_MESSAGE(secrets.has_value(), secrets.error().message);
  return std::move(*secrets);
}

}  // namespace

TEST_CASE("secret table: each row is read by its key, written back, and merged") {
  for (const auto& row : secret_table()) {
    CAPTURE(row.key);
    auto one = loaded(line(row));
    CHECK_FALSE(one.empty());
    CHECK(is_given(one, row));
    for (const auto& other : secret_table()) CHECK(is_given(one, other) == (other.key == row.key));
    const auto again = loaded(dump_secrets(one));
    CHECK((again.*row.value).reveal() == (one.*row.value).reveal());

    Secrets given;
    merge(given, loaded(line(row)));
    CHECK((given.*row.value).reveal() == (one.*row.value).reveal());
    merge(given, loaded(line(row, 1)));  // a given secret stays
    CHECK((given.*row.value).reveal() == (one.*row.value).reveal());
    forget(given, row);
    CHECK(given.empty());
    CHECK(names_a_secret("#!/bin/sh\n" + std::string(row.key) + ": x"));
  }
  CHECK_FALSE(names_a_secret("#!/bin/sh\necho hello\n"));
}

TEST_CASE("secret table: the word that asks for a value is kept and merged as a value is") {
  for (const auto& row : secret_table()) {
    if (row.generate == nullptr) continue;
    auto word = loaded(std::string(row.key) + ": generate\n");
    CHECK(word.*row.generate);
    CHECK((word.*row.value).empty());
    CHECK(loaded(dump_secrets(word)).*row.generate);
    Secrets given;
    merge(given, std::move(word));
    CHECK(given.*row.generate);
    merge(given, loaded(line(row)));  // the owner's last input was the word
    CHECK((given.*row.value).empty());
  }
}

TEST_CASE("secret table: help and docs name every row, and no other") {
  CHECK(help_text().find(secret_keys_text().substr(0, 40)) != std::string::npos);
  std::istringstream lines(repository_file("docs/PROFILE.md"));
  std::set<std::string> documented;
  bool in_secrets = false;
  for (std::string text; std::getline(lines, text);) {
    if (text.starts_with("#")) in_secrets = text.find("ecrets") != std::string::npos;
    if (in_secrets && text.starts_with("| `")) documented.insert(text.substr(3, text.find('`', 3) - 3));
  }
  std::set<std::string> keys;
  for (const auto& row : secret_table()) keys.insert(std::string(row.key));
  CHECK(documented == keys);
}

}  // namespace agent
