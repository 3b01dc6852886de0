// SPDX-License-Identifier: Apache-2.0
// A file system in memory, with those rules of the kernel that matter to the agent: symlinks, owners,
// permissions in homes. The contract tests compare it with the real one. It also knows what is on the disk,
// and what a power cut would remove: see sync().
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "ports/types.hpp"

namespace agent {

struct Node {
  FileType type = FileType::regular;
  mode_t mode = 0644;
  uid_t uid = 0;
  gid_t gid = 0;
  std::string content;  // of a regular file; the target of a symlink
  std::uint64_t links = 1;
  std::chrono::system_clock::time_point modified{};

  bool operator==(const Node&) const = default;
};

// What happens to a new file that is not on the disk when power is cut. Both cases were seen on ext4: its
// name waits for the journal, its bytes wait for delayed allocation.
enum class Lost { gone, emptied };

class MemoryFiles {
 public:
  MemoryFiles();

  // For tests, to set up files and check the result: by absolute path, without permission checks. put() makes
  // the parent directories (root, 0755), replaces an existing node and returns the new one.
  Node& put(const std::string& path, std::string content, FileMode mode = {});
  Node& put_directory(const std::string& path, FileMode mode = {0755, 0, 0});
  Node& put_symlink(const std::string& path, std::string target);
  Node& put_fifo(const std::string& path);
  void put_hard_link(const std::string& old_path, const std::string& path);
  void erase(const std::string& path);                // with everything in it
  [[nodiscard]] Node* find(const std::string& path);  // no symlink is followed; nullptr when absent
  [[nodiscard]] const Node* find(const std::string& path) const;
  [[nodiscard]] const std::map<std::string, Node>& all() const { return nodes_; }

  // Like files.hpp and tree.hpp of the real host.
  [[nodiscard]] Result<std::optional<FileInfo>> stat(const Path& path) const;
  [[nodiscard]] Result<std::string> read(const Path& path, std::size_t limit) const;
  [[nodiscard]] Result<std::string> read_link(const Path& path) const;
  [[nodiscard]] Result<std::vector<std::string>> list(const Path& directory) const;
  [[nodiscard]] Result<std::string> fingerprint(const std::string& directory) const;
  [[nodiscard]] SecretSearch find_secrets(const std::string& path, unsigned depth) const;
  [[nodiscard]] Status write(const Path& path, std::string_view content, const FileMode& mode);
  [[nodiscard]] Status make_directory(const Path& path, const FileMode& mode);
  [[nodiscard]] Status set_mode(const Path& path, const FileMode& mode);
  [[nodiscard]] Status make_symlink(const std::string& target, const Path& path);
  [[nodiscard]] Status rename(const std::string& from, const std::string& to);
  [[nodiscard]] Status remove(const Path& path);
  [[nodiscard]] Status remove_tree(const std::string& directory);
  [[nodiscard]] Status give_to_root(const std::string& directory);
  [[nodiscard]] Status wipe(const Path& path);
  [[nodiscard]] Status overwrite_secrets(const std::string& path);

  // Writes to the disk everything that was put, erased or found and changed (as programs do). The operations
  // from write() on sync their own changes, like the real host, except set_mode() and give_to_root().
  void sync() { before_.clear(); }
  // The same for one tree, for a program that syncs its own files.
  void sync_tree(const std::string& path);
  // When a program syncs one file (fsync(2)), ext4 writes all names to the disk, but no bytes of other files.
  void commit_names();
  // Removes everything that is not on the disk. `emptied`: names, links and modes were on the disk, and only
  // the bytes of new files were not.
  void cut_power(Lost lost);

  // The time of new files. Each change adds a little, so that no two files have the same time.
  void set_time(std::chrono::system_clock::time_point now) { now_ = now; }
  // Each change takes a microsecond, so that no two have the same time.
  [[nodiscard]] std::chrono::system_clock::time_point time() const { return now_ + ticks_; }

 private:
  // Like Place of the real host: the directory without symlinks, and the last component.
  struct Spot {
    std::string directory;
    std::string path;
    std::optional<User> user;
    std::string shown;
  };
  [[nodiscard]] Result<Spot> locate(const Path& path) const;
  [[nodiscard]] Result<std::string> follow(const std::string& path, int depth = 0) const;
  [[nodiscard]] Result<std::string> walk_home(const Path& path, const std::string& home,
                                              const std::string& relative) const;
  [[nodiscard]] Status may_change(const Spot& spot) const;
  [[nodiscard]] Status refuse_home_link(const Spot& spot) const;
  Node& place(const std::string& path, Node node);
  void touch(const std::string& path);
  // Saves the disk's state of a path that is about to change only in memory.
  void changes(const std::string& path);
  // Writes the state of a path (also its removal) and of its parent directories to the disk.
  void settle(const std::string& path);
  void move(const std::string& from, const std::string& to);
  [[nodiscard]] std::vector<std::string> below(const std::string& directory) const;

  std::map<std::string, Node> nodes_;                  // by absolute path
  std::map<std::string, std::optional<Node>> before_;  // the disk's state, where it may differ from memory
  std::chrono::system_clock::time_point now_{};
  std::chrono::microseconds ticks_{0};
};

}  // namespace agent
