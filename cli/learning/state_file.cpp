#include "cli/learning/state_file.h"

#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <span>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cli/support/atomic_file.h"
#include "kernels/error.h"
#include "loaders/sha256.h"

namespace dpac::cli {
namespace {

namespace fs = std::filesystem;

void make_folder(const fs::path& folder) {
  std::error_code failure;
  fs::create_directories(folder, failure);
  if (failure || !fs::is_directory(folder)) {
    throw Error(fmt::format("--state {}: the folder cannot be made: {}", folder.string(),
                            failure ? failure.message() : "something else has its name"));
  }
}

/// What a killed program was writing to `file`: "search.json.4711.tmp".
void remove_temporaries(const fs::path& file) {
  const std::string begin = file.filename().string() + '.';
  std::vector<fs::path> left;
  for (const auto& entry : fs::directory_iterator(file.parent_path())) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(begin) && name.ends_with(".tmp")) left.push_back(entry.path());
  }
  std::error_code ignored;
  for (const fs::path& temporary : left) fs::remove(temporary, ignored);
}

/// "steps was 100 and is 200, ..."; empty where both are the same.
std::string differences(const nlohmann::ordered_json& was, const nlohmann::ordered_json& is) {
  const auto before = was.flatten(), now = is.flatten();
  std::string text;
  const auto add = [&](const std::string& key, const std::string& old, const std::string& current) {
    text += fmt::format("{}{} was {} and is {}", text.empty() ? "" : ", ", key.substr(1), old, current);
  };
  for (const auto& [key, value] : now.items()) {
    if (!before.contains(key)) {
      add(key, "absent", value.dump());
    } else if (before[key] != value) {
      add(key, before[key].dump(), value.dump());
    }
  }
  for (const auto& [key, value] : before.items()) {
    if (!now.contains(key)) add(key, value.dump(), "absent");
  }
  return text;
}

std::string text_of(const nlohmann::ordered_json& json) {
  // File names need not be UTF-8; JSON must be.
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

std::string digest_of(const nlohmann::ordered_json& content) {
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
    throw Error(
        fmt::format("--state {}: cannot be written to: {}", folder, std::generic_category().message(errno)));
  }
  // A file system without locks has none to respect.
  if (flock(descriptor_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    close(descriptor_);
    throw Error(fmt::format("--state {}: another dpac that still runs keeps its state there", folder));
  }
}

FolderLock::~FolderLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

StateFile::StateFile(const fs::path& folder, const std::string& name, const nlohmann::ordered_json& made_with)
    : file_(inside(folder, name)),
      made_with_(nlohmann::ordered_json::parse(text_of(made_with))) {  // As it will be read again.
  if (file_.empty() || !fs::is_directory(folder)) return;
  remove_temporaries(file_);
  if (fs::exists(file_)) read();
}

void StateFile::read() {
  std::ifstream stream(file_);
  auto json = nlohmann::ordered_json::parse(stream, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("content") || !json.contains("made_with") ||
      !json["made_with"].is_object()) {
    throw Error(
        fmt::format("{}: is no state of this program; remove it, or give another --state", file_.string()));
  }
  const std::string differs = differences(json["made_with"], made_with_);
  if (!differs.empty()) {
    throw Error(fmt::format("{}: is the state of another run: {}; give this one another --state",
                            file_.string(), differs));
  }
  if (json.value("digest", "") != digest_of(json["content"])) {
    throw Error(fmt::format("{}: is damaged; remove it to compute it anew", file_.string()));
  }
  content_ = std::move(json["content"]);
}

void StateFile::save(nlohmann::ordered_json content) {
  content_ = std::move(content);
  if (file_.empty()) return;
  make_folder(file_.parent_path());
  AtomicFile file(file_);
  file.write(text_of({{"made_with", made_with_}, {"digest", digest_of(content_)}, {"content", content_}}));
  file.commit();
}

void StateFile::remove() {
  content_ = nullptr;
  std::error_code ignored;
  if (!file_.empty()) fs::remove(file_, ignored);
}

void add_state_option(CLI::App& app, std::string& folder) {
  app.add_option("--state", folder, "Keep what was done in this folder; the same command again goes on there")
      ->type_name("DIR")
      ->group("Output");
}

fs::path inside(const fs::path& folder, const std::string& name) {
  return folder.empty() ? fs::path() : folder / name;
}

}  // namespace dpac::cli
