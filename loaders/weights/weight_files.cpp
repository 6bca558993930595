#include "loaders/weights/weight_files.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "engine/networks/foreign_network.h"
#include "kernels/error.h"
#include "loaders/json_entries.h"
#include "loaders/read_file.h"
#include "loaders/weights/left_out_kinds.h"

namespace dpac {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kIndexEnding = ".index.json";

/// The usual ones, in the order in which Hugging Face's library takes them.
constexpr std::array kUsual = {"model.safetensors", "model.safetensors.index.json",
                               "pytorch_model.bin", "pytorch_model.bin.index.json",
                               "tf_model.h5",       "model.pth",
                               "model.pt"};

constexpr std::array<std::string_view, 9> kExtensions = {".safetensors", ".bin",  ".pth",  ".pt", ".keras",
                                                         ".h5",          ".hdf5", ".ckpt", ".tar"};

/// What training programs write beside the weights.
constexpr std::array<std::string_view, 6> kNoWeights = {"training_args", "optimizer", "scheduler",
                                                        "rng_state",     "scaler",    "random_states"};

/// "model-00002-of-00003.safetensors".
struct Shard {
  std::string stem, ending;
  std::size_t digits = 0;
  int count = 0;

  [[nodiscard]] std::string name(int number) const {
    return fmt::format("{}-{:0{}}-of-{:0{}}{}", stem, number, digits, count, digits, ending);
  }
};

std::optional<int> number_of(const std::string& digits) {
  constexpr std::size_t kMostDigits = 6;
  const bool number = !digits.empty() && digits.size() <= kMostDigits &&
                      digits.find_first_not_of("0123456789") == std::string::npos;
  return number ? std::optional(std::stoi(digits)) : std::nullopt;
}

std::optional<Shard> shard_of(const std::string& name) {
  constexpr std::string_view kOf = "-of-";
  const std::size_t of = name.rfind(kOf), dash = of == std::string::npos ? of : name.rfind('-', of - 1);
  const std::size_t end = of == std::string::npos ? of : name.find('.', of);
  if (of == 0 || dash == std::string::npos || end == std::string::npos) return std::nullopt;
  const std::string number = name.substr(dash + 1, of - dash - 1),
                    count = name.substr(of + kOf.size(), end - of - kOf.size());
  if (!number_of(number) || !number_of(count) || number.size() != count.size()) return std::nullopt;
  return Shard{name.substr(0, dash), name.substr(end), count.size(), *number_of(count)};
}

WeightFiles all_shards(const fs::path& given, const Shard& shard) {
  WeightFiles files;
  for (int i = 1; i <= shard.count; ++i) {
    files.parts.push_back(given.parent_path() / shard.name(i));
    if (file_exists(files.parts.back())) continue;
    throw Error(fmt::format("{}: is one of {} shards, of which '{}' is missing", given.string(), shard.count,
                            shard.name(i)));
  }
  return files;
}

WeightFiles from_index(const fs::path& index) {
  const nlohmann::json contents = read_json(index);
  const JsonEntries entries(contents, index.string());
  const auto map = entries.entries("weight_map");
  if (!map || map->object().empty()) {
    throw Error(fmt::format("{}: expected an index of weights with the entry 'weight_map', found none",
                            index.string()));
  }
  std::set<std::string> names;
  for (const auto& [weight, file] : map->object().items()) {
    if (!file.is_string()) map->fail(weight, file, "the name of a file");
    names.insert(file.get<std::string>());
  }
  WeightFiles files{.parts = {}, .others = {index}, .left_out = {}};
  for (const std::string& name : names) {
    const fs::path part = index.parent_path() / name;
    if (fs::path(name).filename() != name || !file_exists(part)) {
      throw Error(fmt::format("{}: names the file '{}', which is not beside it", index.string(), name));
    }
    files.parts.push_back(part);
  }
  return files;
}

bool is_weight_file(const std::string& name) {
  const auto begins = [&](std::string_view start) { return name.starts_with(start); };
  const std::string extension = fs::path(name).extension().string();
  return std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end() &&
         std::none_of(kNoWeights.begin(), kNoWeights.end(), begins) && !begins(".");
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::error_code error;
  std::vector<std::string> names;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    names.push_back(entry->path().filename().string());
  }
  if (error) throw Error(fmt::format("{}: cannot be listed: {}", folder.string(), error.message()));
  std::sort(names.begin(), names.end());
  return names;
}

/// One name for each file, and for each set of shards.
std::vector<std::string> weight_files_among(const std::vector<std::string>& names) {
  std::vector<std::string> found;
  std::set<std::string> sets;
  for (const std::string& name : names) {
    if (!is_weight_file(name)) continue;
    const auto shard = shard_of(name);
    if (!shard || sets.insert(shard->name(1)).second) found.push_back(name);
  }
  return found;
}

WeightFiles from_file(const fs::path& file) {
  const std::string name = file.filename().string();
  if (name.ends_with(kIndexEnding)) return from_index(file);
  if (const auto shard = shard_of(name)) return all_shards(file, *shard);
  return {.parts = {file}, .others = {}, .left_out = {}};
}

WeightFiles from_folder(const fs::path& folder) {
  const std::vector<std::string> names = names_in(folder), found = weight_files_among(names);
  const auto* const usual = std::find_if(kUsual.begin(), kUsual.end(),
                                         [&](const char* name) { return file_exists(folder / name); });
  if (usual == kUsual.end() && found.size() != 1) {
    const std::string why =
        !found.empty()  ? fmt::format("{} of them ({}); name one", found.size(), quoted_examples(found))
        : names.empty() ? "an empty one"
                        : fmt::format("none; it has {}", quoted_examples(names));
    throw Error(fmt::format("{}: expected a folder with one weight file, found {}", folder.string(), why));
  }
  WeightFiles files = from_file(folder / (usual == kUsual.end() ? found.front() : *usual));
  LeftOut others{.what = kOtherFiles};
  for (const std::string& name : found) {
    if (std::find(files.parts.begin(), files.parts.end(), folder / name) == files.parts.end())
      others.add(name);
  }
  if (others.count > 0) files.left_out.push_back(std::move(others));
  return files;
}

}  // namespace

WeightFiles find_weight_files(const fs::path& given) {
  std::error_code error;
  if (!fs::exists(given, error)) throw Error(fmt::format("{}: no such file", given.string()));
  if (fs::is_directory(given, error)) return from_folder(given);
  if (!fs::is_regular_file(given, error)) {
    throw Error(fmt::format("{}: expected a weight file or a folder of one, found a device", given.string()));
  }
  return from_file(given);
}

}  // namespace dpac
