#include "loaders/torch/torch_file.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kernels/error.h"
#include "loaders/torch/torch_contents.h"
#include "loaders/torch/torch_tensor.h"
#include "loaders/zip_archive.h"

namespace dpac {
namespace {

constexpr std::string_view kZipSignature = "PK\x03\x04", kTarSignature = "ustar";
constexpr std::string_view kPickle = "data.pkl";
constexpr std::size_t kTarSignatureAt = 257;
constexpr int kDeepest = 8;
constexpr const char* kCure = "save its weights alone: torch.save(model.state_dict(), 'weights.pth')";

std::string name_of(const PickleOpaque& opaque) {
  return opaque.maker == nullptr ? "an object without a name"
                                 : opaque.maker->module + "." + opaque.maker->name;
}

/// Whether a weight would have such a name.
bool names_weight(const std::string& name) {
  const std::string leaf = name.substr(name.find_last_of('.') + 1);
  return leaf == "weight" || leaf == "bias" || leaf == "running_mean" || leaf == "running_var";
}

std::string key_text(const PickleValue& key) {
  if (const auto* text = object_of<PickleText>(key)) return text->text;
  if (const int64_t* number = std::get_if<int64_t>(&key)) return std::to_string(*number);
  return {};
}

/// Walks the dicts of a file.
class Walk {
 public:
  Walk(const std::filesystem::path& path, std::shared_ptr<const TorchContents> contents)
      : path_(path.string()), contents_(std::move(contents)) {}

  ArrayFile collect() {
    ArrayFile file{.format = contents_->format};
    visit("", contents_->root, 0);
    file.arrays = std::move(arrays_);
    if (!modules_.empty()) {
      file.unreadable = fmt::format("a whole module cannot be read, for that would run its code ({}); {}",
                                    fmt::join(modules_, ", "), kCure);
    } else if (file.arrays.empty()) {
      file.unreadable = nothing_found();
    }
    if (file.arrays.empty()) throw Error(fmt::format("{}: {}", path_, file.unreadable));
    return file;
  }

 private:
  void visit(const std::string& name, const PickleValue& value, int depth) {
    if (auto* dict = object_of<PickleDict>(value)) return visit_dict(name, *dict, depth);
    if (auto* opaque = object_of<PickleOpaque>(value)) return visit_opaque(name, *opaque);
    if (auto* tensor = object_of<TorchTensor>(value)) {
      const std::string where = fmt::format("{}: tensor '{}'", path_, name);
      add({name, name, tensor->shape, tensor->type->integer, [contents = contents_, tensor, where] {
             return load_tensor(*tensor, *contents->storages, where);
           }});
    }
  }

  void visit_dict(const std::string& name, const PickleDict& dict, int depth) {
    // A dict may hold itself, or be held by many.
    if (depth > kDeepest || !seen_.insert(&dict).second) return;
    for (const auto& [key, value] : dict.entries) {
      const std::string part = key_text(key);
      if (part.empty()) continue;
      if (depth == 0) entries_.push_back(part);
      visit(name.empty() ? part : fmt::format("{}.{}", name, part), value, depth + 1);
    }
  }

  void visit_opaque(const std::string& name, const PickleOpaque& opaque) {
    const std::string shown =
        name.empty() ? name_of(opaque) : fmt::format("'{}' is a {}", name, name_of(opaque));
    (opaque.is_module ? modules_ : opaque_).push_back(shown);
    if (!names_weight(name)) return;
    const std::string why = fmt::format(
        "{}: the weight {}, which is not supported; expected a plain tensor; {}", path_, shown, kCure);
    add({name, name, {}, false, [why]() -> Tensor { throw Error(why); }, false});
  }

  void add(StoredArray array) {
    if (!array.name.empty()) arrays_.push_back(std::move(array));
  }

  [[nodiscard]] std::string nothing_found() const {
    constexpr std::size_t kMost = 5;
    std::string text = "expected a state_dict, a dict of tensors by name; found ";
    const bool root_is_dict = object_of<PickleDict>(contents_->root) != nullptr;
    const std::vector<std::string>& shown = opaque_.empty() ? entries_ : opaque_;
    text += root_is_dict    ? "a dict without tensors in it"
            : shown.empty() ? "something else than a dict"
                            : "an object that only its own code can make";
    const std::size_t count = std::min(shown.size(), kMost);
    if (count > 0) {
      text += fmt::format(" ({}{})",
                          fmt::join(shown.begin(), shown.begin() + static_cast<std::ptrdiff_t>(count), ", "),
                          shown.size() > kMost ? ", ..." : "");
    }
    return text + "; " + kCure;
  }

  std::string path_;
  std::shared_ptr<const TorchContents> contents_;
  std::vector<StoredArray> arrays_;
  std::vector<std::string> modules_, opaque_, entries_;
  std::set<const PickleDict*> seen_;
};

/// torch.save writes the pickle first; whoever packs the archive once more may not.
bool has_pickle(const std::filesystem::path& path, std::string_view start) {
  if (start.find(kPickle) != std::string_view::npos) return true;
  try {
    return ZipArchive(path).find(kPickle).has_value();
  } catch (const Error&) {
    return false;
  }
}

TorchContents read_contents(const std::filesystem::path& path, std::string_view start) {
  if (start.starts_with(kZipSignature)) return read_torch_zip(path);
  return is_torch_legacy(start) ? read_torch_legacy(path) : read_torch_tar(path);
}

}  // namespace

bool is_torch_file(const std::filesystem::path& path, std::string_view start) {
  const bool tar = start.size() > kTarSignatureAt && start.substr(kTarSignatureAt).starts_with(kTarSignature);
  return (start.starts_with(kZipSignature) && has_pickle(path, start)) || is_torch_legacy(start) || tar;
}

ArrayFile read_torch_file(const std::filesystem::path& path, std::string_view start) {
  return Walk(path, std::make_shared<const TorchContents>(read_contents(path, start))).collect();
}

}  // namespace dpac
