// SPDX-License-Identifier: Apache-2.0
#include "profile/yaml/parse.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <istream>
#include <streambuf>

#include "profile/yaml/text.hpp"

namespace agent::parsing {
namespace {

constexpr std::size_t deepest = 16;

struct Stop {};  // thrown through yaml-cpp to stop the parser; the problem is already reported

Position position(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }

// Lets yaml-cpp read the text in place: a std::istringstream would be one more copy of the secrets.
class ViewBuffer : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    auto* begin = const_cast<char*>(text.data());  // NOLINT: setg wants char*; it is never written through
    setg(begin, begin, begin + text.size());
  }
};

// Builds the tree from events. YAML::Load is not safe for bad input: it keeps the first of two equal keys,
// follows aliases, and recurses without a limit.
class Builder : public YAML::EventHandler {
 public:
  Builder(std::string_view text, Problems& problems) : text_(text), problems_(problems) {}
  Builder(const Builder&) = delete;
  Builder& operator=(const Builder&) = delete;
  ~Builder() override {  // after an error, open nodes may still contain a secret
    for (auto& each : open_) wipe_tree(each.node);
  }

  Node take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ == 0) return;
    problems_.add(position(mark), "", "begins a second document; keep one, without '---'");
    throw Stop{};
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    place(leaf(Node::Kind::null, mark, "?", anchor));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    refuse_alias(mark);
    place(leaf(Node::Kind::broken, mark, "?", YAML::NullAnchor));
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    auto node = leaf(Node::Kind::scalar, mark, tag, anchor);
    node.text = value;
    node.plain = tag == "?";
    place(std::move(node));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(leaf(Node::Kind::list, mark, tag, anchor));
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(leaf(Node::Kind::map, mark, tag, anchor));
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

  void refuse_alias(const YAML::Mark& mark) {
    problems_.add(position(mark), path(),
                  "is an alias ('*'); write the value itself, or put quotes around it");
  }

 private:
  struct Open {
    Node node;
    std::optional<Node> key;  // for a map: the key whose value comes next
  };

  // yaml-cpp gives the tag "?" for a node without a tag, and "!" for quotes but also for an explicit `!`. So
  // the text is checked too.
  Node leaf(Node::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    const auto at = static_cast<std::size_t>(mark.pos);
    const bool is_anchored = anchor != YAML::NullAnchor;
    const bool is_tagged = (tag != "?" && tag != "!") || (at < text_.size() && text_[at] == '!');
    if (is_anchored)
      problems_.add(position(mark), path(),
                    "is an anchor ('&'); write the value itself, or put quotes around it");
    else if (is_tagged)
      problems_.add(position(mark), path(), "is a tag ('!'); leave it out, or put quotes around the value");
    Node node;
    const bool has_children = kind == Node::Kind::list || kind == Node::Kind::map;
    node.kind = (is_anchored || is_tagged) && !has_children ? Node::Kind::broken : kind;
    node.at = position(mark);
    return node;
  }

  // The path of keys to the current node; empty where keys must not be shown.
  [[nodiscard]] std::string path() const {
    std::string out;
    if (problems_.quoting() == Quoting::forbidden) return out;
    for (const auto& each : open_)
      if (each.key) out += (out.empty() ? "" : ".") + problems_.unknown_key(each.key->text);
    return out;
  }

  void open(Node node) {
    if (open_.size() >= deepest) {
      problems_.add(node.at, path(),
                    fmt::format("is nested more than {} levels deep; no key needs that", deepest));
      throw Stop{};
    }
    open_.push_back({std::move(node), std::nullopt});
  }

  void close() {
    auto node = std::move(open_.back().node);
    open_.pop_back();
    place(std::move(node));
  }

  // Adds a finished node to the innermost open node.
  void place(Node node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    auto& parent = open_.back();
    if (parent.node.kind == Node::Kind::list) {
      parent.node.children.push_back(std::move(node));
    } else if (!parent.key) {
      if (node.kind != Node::Kind::scalar && node.kind != Node::Kind::broken)
        problems_.add(node.at, path(), "cannot be a key's name; write 'key: value'");
      parent.key = std::move(node);
    } else {
      node.name = parent.key->text;
      node.name_at = parent.key->at;
      if (node.kind == Node::Kind::null)
        node.at = node.name_at;  // yaml-cpp gives the position of the next token
      if (parent.key->kind == Node::Kind::scalar) parent.node.children.push_back(std::move(node));
      parent.key.reset();
    }
  }

  std::string_view text_;
  Problems& problems_;
  int documents_ = 0;
  std::vector<Open> open_;
  Node root_;
};

// yaml-cpp's messages sometimes contain parts of the text.
std::string syntax_error(const std::string& message, Quoting quoting) {
  constexpr auto hint =
      "check the indentation, and put quotes around a value that holds ': ', ' #' or quotes";
  return quoting == Quoting::allowed ? fmt::format("is not YAML ({}); {}", Problems::shown(message), hint)
                                     : fmt::format("is not YAML; {}", hint);
}

}  // namespace

std::optional<Node> parse_yaml(std::string_view text, Problems& problems) {
  if (!check_text(text, problems)) return std::nullopt;
  ViewBuffer buffer(text);
  std::istream stream(&buffer);
  Builder builder(text, problems);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
    return builder.take();
  } catch (const Stop&) {
    return builder.take();
  } catch (const YAML::Exception& error) {
    const auto at = static_cast<std::size_t>(error.mark.pos);
    if (at < text.size() && text[at] == '*')
      builder.refuse_alias(error.mark);
    else
      problems.add(position(error.mark), "", syntax_error(error.msg, problems.quoting()));
  } catch (const std::exception& error) {
    problems.add({}, "", syntax_error(error.what(), problems.quoting()));
  }
  return std::nullopt;
}

}  // namespace agent::parsing

namespace agent {

std::string yaml_version() { return AGENT_YAML_VERSION; }  // yaml-cpp has no function for it

}  // namespace agent
