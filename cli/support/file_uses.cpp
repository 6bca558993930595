#include "cli/support/file_uses.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "cli/support/interrupt.h"
#include "cli/support/usage_error.h"
#include "loaders/output_path.h"
#include "study/support/atomic_file.h"

namespace dpac::cli {
namespace {

namespace fs = std::filesystem;

// What the readers look for beside a file of weights or data, whatever the user calls that one.
constexpr std::array kSideFiles{"config.json",
                                "tokenizer.json",
                                "tokenizer_config.json",
                                "special_tokens_map.json",
                                "added_tokens.json",
                                "modules.json",
                                "sentence_bert_config.json",
                                "1_Pooling/config.json",
                                "vocab.txt",
                                "model.safetensors",
                                "model.safetensors.index.json",
                                "pytorch_model.bin",
                                "pytorch_model.bin.index.json",
                                "tf_model.h5"};

/// Links are followed as far as the path exists; what does not exist yet keeps its name.
fs::path resolved(const fs::path& path) {
  std::error_code failure;
  fs::path absolute = fs::weakly_canonical(path, failure);
  if (failure) absolute = fs::absolute(path, failure);
  return absolute.has_filename() ? absolute : absolute.parent_path();
}

bool same_file(const fs::path& a, const fs::path& b) {
  std::error_code absent;
  return fs::equivalent(a, b, absent) || resolved(a) == resolved(b);
}

bool lies_in(const fs::path& path, const fs::path& folder) {
  const fs::path inner = resolved(path), outer = resolved(folder);
  return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

/// The file of labels that belongs to one of images, as MNIST names them.
fs::path idx_partner(const fs::path& path) {
  std::string name = path.filename().string();
  const std::size_t images = name.find("images");
  if (images == std::string::npos) return {};
  name.replace(images, 6, "labels");
  if (const std::size_t rank = name.find("idx3"); rank != std::string::npos) name.replace(rank, 4, "idx1");
  return path.parent_path() / name;
}

bool is_side_file(const fs::path& output, const fs::path& input) {
  std::error_code failure;
  if (!fs::exists(output, failure)) return false;
  if (const fs::path partner = idx_partner(input); !partner.empty() && same_file(output, partner))
    return true;
  const fs::path folder = input.parent_path();
  return std::any_of(kSideFiles.begin(), kSideFiles.end(),
                     [&](const char* name) { return same_file(output, folder / name); });
}

bool is_standard_output(const FileUse& use) {
  return use.path == "-";
}

void check_against_input(const FileUse& output, const FileUse& input) {
  const auto refuse = [&](const char* why) {
    throw UsageError(fmt::format("{} {}: {} {} {}; choose another name", output.option, output.path, why,
                                 input.option, input.path));
  };
  if (same_file(output.path, input.path)) refuse("would overwrite what this command reads,");
  if (lies_in(output.path, input.path)) refuse("lies in a folder that this command reads,");
  if (is_side_file(output.path, input.path)) refuse("would overwrite a file that belongs to");
}

/// A result in a folder of state could have the name of what is resumed from.
void check_against_kept(const FileUse& output, const FileUse& kept) {
  if (!lies_in(output.path, kept.path) && !same_file(output.path, kept.path)) return;
  throw UsageError(fmt::format("{} {}: lies in the folder that {} keeps for itself; choose another place",
                               output.option, output.path, kept.option));
}

void check_against_output(const FileUse& output, const FileUse& other) {
  if (!same_file(output.path, other.path)) return;
  throw UsageError(fmt::format("{} and {} both name {}: one would overwrite the other", other.option,
                               output.option, output.path));
}

void check_output(const FileUse& output, const std::vector<FileUse>& uses) {
  for (const FileUse& other : uses) {
    if (&other == &output) return;  // Pairs of outputs are seen from their second one.
    if (other.role == FileRole::writes && !is_standard_output(other)) check_against_output(output, other);
  }
}

}  // namespace

void check_file_uses(const std::vector<FileUse>& uses) {
  const HeldInterrupts held;  // Files are created, and removed.
  for (const FileUse& use : uses) {
    if (use.role == FileRole::reads || is_standard_output(use) || is_special_file(use.path)) continue;
    for (const FileUse& other : uses) {
      if (other.role == FileRole::reads) check_against_input(use, other);
      if (other.role == FileRole::keeps && use.role == FileRole::writes) check_against_kept(use, other);
    }
    check_output(use, uses);
  }
  for (const FileUse& use : uses) {
    if (use.role == FileRole::writes && !is_standard_output(use)) check_writable(use.path);
  }
}

}  // namespace dpac::cli
