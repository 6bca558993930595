#include "study/learning/state_file.h"

#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <map>
#include <span>
#include <sstream>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/sha256.h"
#include "loaders/temporary_file.h"
#include "study/support/atomic_file.h"

namespace dpac {
namespace {

namespace fs = std::filesystem;

void make_folder(const fs::path& folder) {
  std::error_code failure;
  fs::create_directories(folder, failure);
  if (failure || !fs::is_directory(folder)) {
    throw StateError(fmt::format("--state {}: the folder cannot be made: {}", folder.string(),
                                 failure ? failure.message() : "something else has its name"));
  }
}

using Values = std::vector<std::pair<std::string, std::string>>;

/// All values that are not made of others, in JSON, with their paths: "training/samples".
void flatten(const Json& json, const std::string& path, Values& values) {
  if (json.empty()) {
    values.emplace_back(path, json.dump());
    return;
  }
  const std::string begin = path.empty() ? "" : path + '/';
  if (json.is_object()) {
    for (const auto& [key, value] : json.members()) flatten(value, begin + key, values);
  } else {
    for (std::size_t i = 0; i < json.size(); ++i) flatten(json.at(i), begin + std::to_string(i), values);
  }
}

using ValueMap = std::map<std::string, std::string>;

std::string value_at(const std::string& path, const ValueMap& values) {
  const auto found = values.find(path);
  return found == values.end() ? "absent" : found->second;
}

/// "steps was 100 and is 200, ..."; empty where both are the same.
std::string differences(const Json& was, const Json& is) {
  Values before, now;
  flatten(was, "", before);
  flatten(is, "", now);
  const ValueMap old_values(before.begin(), before.end()), values(now.begin(), now.end());
  std::string text;
  const auto compare = [&](const std::string& path) {
    const std::string old = value_at(path, old_values), current = value_at(path, values);
    if (old == current) return;
    text += fmt::format("{}{} was {} and is {}", text.empty() ? "" : ", ", path, old, current);
  };
  for (const auto& value : now) compare(value.first);
  for (const auto& value : before) {
    if (value_at(value.first, values) == "absent") compare(value.first);
  }
  return text;
}

std::string text_of(const Json& json) {
  return json.dump() + '\n';
}

/// Null where the file holds no JSON.
Json parsed(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  try {
    return Json::parse(text.str(), file.string());
  } catch (const Error&) {
    return nullptr;
  }
}

std::string digest_of(const Json& content) {
  const std::string text = text_of(content);
  return sha256_of(std::as_bytes(std::span(text)));
}

}  // namespace

FolderLock::FolderLock(const std::string& folder) {
  if (folder.empty()) return;
  make_folder(folder);
  const fs::path lock = fs::path(folder) / "lock";
  descriptor_ = open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor_ < 0) {
    throw StateError(
        fmt::format("--state {}: cannot be written to: {}", folder, std::generic_category().message(errno)));
  }
  // A file system without locks has none to respect.
  if (flock(descriptor_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    close(descriptor_);
    throw StateError(fmt::format("--state {}: another dpac that still runs keeps its state there", folder));
  }
}

FolderLock::~FolderLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

StateFile::StateFile(const fs::path& folder, const std::string& name, const Json& made_with)
    : file_(inside(folder, name)),
      made_with_(Json::parse(text_of(made_with), name)) {  // As it will be read again.
  if (file_.empty() || !fs::is_directory(folder)) return;
  remove_left_overs(file_);
  if (fs::exists(file_)) read();
}

void StateFile::read() {
  Json json = parsed(file_);
  const Json *content = json.find("content"), *made_with = json.find("made_with"),
             *digest = json.find("digest");
  if (content == nullptr || made_with == nullptr || !made_with->is_object()) {
    throw StateError(
        fmt::format("{}: is no state of this program; remove it, or give another --state", file_.string()));
  }
  const std::string differs = differences(*made_with, made_with_);
  if (!differs.empty()) {
    throw StateError(fmt::format("{}: is the state of another run: {}; give this one another --state",
                                 file_.string(), differs));
  }
  if (digest == nullptr || *digest != Json(digest_of(*content))) {
    throw StateError(fmt::format("{}: is damaged; remove it to compute it anew", file_.string()));
  }
  content_ = *content;
}

void StateFile::save(Json content) {
  content_ = std::move(content);
  if (file_.empty()) return;
  make_folder(file_.parent_path());
  try {
    write_text_file(
        file_, text_of({{"made_with", made_with_}, {"digest", digest_of(content_)}, {"content", content_}}));
  } catch (const Error& error) {
    throw StateError(error.what());
  }
}

void StateFile::remove() {
  content_ = nullptr;
  std::error_code ignored;
  if (!file_.empty()) fs::remove(file_, ignored);
}

fs::path inside(const fs::path& folder, const std::string& name) {
  return folder.empty() ? fs::path() : folder / name;
}

}  // namespace dpac
