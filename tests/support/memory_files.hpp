// SPDX-License-Identifier: Apache-2.0
// A file system in memory with the kernel's rules as far as the agent meets them: symlinks, owners,
// permissions in homes. The contract tests hold it to the real one. It also knows what is on the disk, and
// what a power cut would take: see sync().
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

// What becomes of a file that was made and is not on the disk when power is cut. Both were seen on ext4: its
// name waits for the journal, its bytes for delayed allocation.
enum class Lost { gone, emptied };

class MemoryFiles {
 public:
  MemoryFiles();

  // How a test sets its scene and looks at the result: by absolute path, with nobody's permissions. put()
  // makes the directories above (root's, 0755), replaces what is there and returns the new node.
  Node& put(const std::string& path, std::string content, FileMode mode = {});
  Node& put_directory(const std::string& path, FileMode mode = {0755, 0, 0});
  Node& put_symlink(const std::string& path, std::string target);
  Node& put_fifo(const std::string& path);
  void put_hard_link(const std::string& old_path, const std::string& path);
  void erase(const std::string& path);                // with all that is in it
  [[nodiscard]] Node* find(const std::string& path);  // no symlink is followed; nullptr when absent
  [[nodiscard]] const Node* find(const std::string& path) const;
  [[nodiscard]] const std::map<std::string, Node>& all() const { return nodes_; }

  // As files.hpp and tree.hpp of the real host.
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

  // What was put, erased or found to be changed (as programs do) is on the disk from here on. The operations
  // above that begin with write(), but for set_mode() and give_to_root(), put what they change there
  // themselves, as the real host does.
  void sync() { before_.clear(); }
  // The same for one tree, as for a program that syncs its own files.
  void sync_tree(const std::string& path);
  // A program that syncs one file (fsync(2)) brings all names to ext4's disk with it, and the bytes of no
  // other file.
  void commit_names();
  // Takes away what is not on the disk. `emptied`: names, links and modes had come to the disk, and only the
  // bytes of new files had not.
  void cut_power(Lost lost);

  // The time that new files get, plus a little for each change, so that no two have the same.
  void set_time(std::chrono::system_clock::time_point now) { now_ = now; }
  // Each change takes a microsecond, so that no two have the same time.
  [[nodiscard]] std::chrono::system_clock::time_point time() const { return now_ + ticks_; }

 private:
  // As Place of the real host: the directory, free of symlinks, and the last component.
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
  // Keeps what the disk has at a path that is about to change in memory only.
  void changes(const std::string& path);
  // What is at a path, or that nothing is there any more, is on the disk, and so are the directories that
  // lead to it.
  void settle(const std::string& path);
  void move(const std::string& from, const std::string& to);
  [[nodiscard]] std::vector<std::string> below(const std::string& directory) const;

  std::map<std::string, Node> nodes_;  // by absolute path
  std::map<std::string, std::optional<Node>>
      before_;  // what the disk still has, where that may be something else
  std::chrono::system_clock::time_point now_{};
  std::chrono::microseconds ticks_{0};
};

}  // namespace agent
