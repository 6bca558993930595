/// @file
/// What the names in a pickle of torch.save mean.
#pragma once

#include <map>
#include <string>

#include "loaders/torch/unpickler.h"

namespace dpac {

/// Knows tensors, parameters, storages, dicts and sizes; everything else becomes an opaque value.
class TorchObjects : public PickleWorld {
 public:
  explicit TorchObjects(PickleHeap& heap) : heap_(heap) {}

  PickleValue call(const PickleGlobal& callee, const PickleList& arguments) override;

  /// ("storage", class, key, device, elements) and, before PyTorch 1.6, a view of it: (key, first, elements).
  /// ("module", class, ...) stands for the class.
  PickleValue persistent(const PickleValue& id) override;

  /// Storages by key.
  [[nodiscard]] const std::map<std::string, PickleObject*>& storages() const { return storages_; }

 protected:
  [[noreturn]] void fail(const std::string& why) const;
  [[nodiscard]] std::string key_of(const PickleValue& value) const;
  [[nodiscard]] const TorchType* type_of_storage(const PickleValue& type) const;

  PickleHeap& heap_;

 private:
  PickleValue rebuild_tensor(const PickleList& arguments, const TorchType* type);
  PickleValue make_dict(const PickleList& arguments);
  PickleValue storage(const PickleList& id);
  PickleValue opaque(const PickleGlobal& maker, const PickleList& arguments);
  [[nodiscard]] int64_t count(const PickleValue& value, const char* what) const;
  [[nodiscard]] Shape sizes(const PickleValue& value, const char* what) const;

  std::map<std::string, PickleObject*> storages_;
};

}  // namespace dpac
