#include "loaders/torch/torch_objects.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "kernels/error.h"

namespace dpac {
namespace {

constexpr std::size_t kHighestRank = 32;

bool is_in(const PickleGlobal& global, std::initializer_list<std::string_view> names) {
  const std::string name = global.module + "." + global.name;
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Functions that give their first argument back, made into a parameter.
bool is_parameter(const PickleGlobal& global) {
  return is_in(global, {"torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state",
                        "torch.nn.parameter.Parameter"});
}

bool is_dict(const PickleGlobal& global) {
  return is_in(global, {"collections.OrderedDict", "collections.defaultdict", "collections.Counter",
                        "builtins.dict", "__builtin__.dict"});
}

/// Functions that call another one: its name says what is made.
bool is_reconstructor(const PickleGlobal& global) {
  return is_in(global, {"copyreg._reconstructor", "copy_reg._reconstructor", "copyreg.__newobj__"});
}

}  // namespace

void TorchObjects::fail(const std::string& why) const {
  throw Error(fmt::format("{} is damaged: {}", heap_.where(), why));
}

PickleValue TorchObjects::call(const PickleGlobal& callee, const PickleList& arguments) {
  const auto& items = arguments.items;
  if (is_in(callee, {"torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor"})) {
    return rebuild_tensor(arguments, nullptr);
  }
  if (is_in(callee, {"torch._utils._rebuild_tensor_v3"}) && items.size() >= 7) {
    const auto* const type = object_of<PickleGlobal>(items[6]);
    const TorchType* const known = type == nullptr ? nullptr : torch_type_named(type->name);
    return known == nullptr ? opaque(type == nullptr ? callee : *type, arguments)
                            : rebuild_tensor(arguments, known);
  }
  if (is_parameter(callee) && !items.empty()) return items.front();
  if (is_in(callee, {"torch._tensor._rebuild_from_type_v2"}) && items.size() >= 3) {
    const auto* const function = object_of<PickleGlobal>(items[0]);
    const auto* const inner = object_of<PickleList>(items[2]);
    const bool nested = function != nullptr && is_in(*function, {"torch._tensor._rebuild_from_type_v2"});
    if (function != nullptr && inner != nullptr && !nested) return call(*function, *inner);
  }
  if (is_dict(callee)) return make_dict(arguments);
  if (is_in(callee, {"torch.Size"}) && items.size() == 1) return items.front();
  return opaque(callee, arguments);
}

PickleValue TorchObjects::opaque(const PickleGlobal& maker, const PickleList& arguments) {
  const PickleGlobal* named = &maker;
  if (is_reconstructor(maker) && !arguments.items.empty()) {
    if (const auto* type = object_of<PickleGlobal>(arguments.items.front())) named = type;
  }
  return heap_.make(PickleOpaque{.maker = named});
}

/// OrderedDict([(key, value), ...]), as Python 2 wrote it; a defaultdict's factory is dropped.
PickleValue TorchObjects::make_dict(const PickleList& arguments) {
  PickleDict dict;
  const auto* const pairs =
      arguments.items.empty() ? nullptr : object_of<PickleList>(arguments.items.front());
  if (pairs != nullptr) {
    heap_.spend(2 * pairs->items.size());
    for (const PickleValue& item : pairs->items) {
      const auto* const pair = object_of<PickleList>(item);
      if (pair == nullptr || pair->items.size() != 2)
        fail("an OrderedDict is made of something else than pairs");
      dict.entries.emplace_back(pair->items[0], pair->items[1]);
    }
  }
  return heap_.make(std::move(dict));
}

/// (storage, offset, sizes, strides, ...). `type` is set where the storage holds bytes of it.
PickleValue TorchObjects::rebuild_tensor(const PickleList& arguments, const TorchType* type) {
  const auto& items = arguments.items;
  if (items.size() < 4) fail("a tensor lacks its storage, offset, sizes or strides");
  const auto* const storage = object_of<TorchStorage>(items[0]);
  if (storage == nullptr) fail("a tensor's storage is no storage");
  TorchTensor tensor{storage, type == nullptr ? storage->type : type, count(items[1], "offset"),
                     sizes(items[2], "sizes"), sizes(items[3], "strides")};
  if (tensor.shape.size() != tensor.strides.size()) fail("a tensor has not as many strides as sizes");
  return heap_.make(std::move(tensor));
}

int64_t TorchObjects::count(const PickleValue& value, const char* what) const {
  const int64_t* const number = std::get_if<int64_t>(&value);
  if (number == nullptr || *number < 0)
    fail(fmt::format("the {} of a tensor or storage are no counts", what));
  return *number;
}

Shape TorchObjects::sizes(const PickleValue& value, const char* what) const {
  const auto* const list = object_of<PickleList>(value);
  if (list == nullptr || list->items.size() > kHighestRank) {
    fail(fmt::format("the {} of a tensor are no list of at most {}", what, kHighestRank));
  }
  heap_.spend(list->items.size());
  Shape shape;
  for (const PickleValue& item : list->items) shape.push_back(count(item, what));
  return shape;
}

std::string TorchObjects::key_of(const PickleValue& value) const {
  if (const auto* text = object_of<PickleText>(value)) return text->text;
  if (const int64_t* number = std::get_if<int64_t>(&value)) return std::to_string(*number);
  fail("the key of a storage is neither text nor a number");
}

const TorchType* TorchObjects::type_of_storage(const PickleValue& type) const {
  const auto* const global = object_of<PickleGlobal>(type);
  if (global == nullptr) fail("the class of a storage is no class");
  const TorchType* const known = torch_type_stored_as(global->name);
  if (known == nullptr)
    fail(fmt::format("a storage is of the unknown class '{}.{}'", global->module, global->name));
  return known;
}

PickleValue TorchObjects::persistent(const PickleValue& id) {
  const auto* const list = object_of<PickleList>(id);
  const auto* const kind =
      list == nullptr || list->items.empty() ? nullptr : object_of<PickleText>(list->items[0]);
  if (kind == nullptr) fail("an object outside the pickle has no kind");
  if (kind->text == "module" && list->items.size() >= 2) return list->items[1];
  if (kind->text != "storage")
    fail(fmt::format("an object outside the pickle is of the unknown kind '{}'", kind->text));
  return storage(*list);
}

PickleValue TorchObjects::storage(const PickleList& id) {
  if (id.items.size() < 5) fail("a storage lacks its class, key, device or size");
  TorchStorage made{key_of(id.items[2]), type_of_storage(id.items[1]), count(id.items[4], "sizes"), 0};
  std::string name = made.key;
  const auto* const view = id.items.size() < 6 ? nullptr : object_of<PickleList>(id.items[5]);
  if (view != nullptr) {
    if (view->items.size() != 3) fail("a view of a storage lacks its key, offset or size");
    name += ' ';
    name += key_of(view->items[0]);
    made.first = count(view->items[1], "offsets");
  }
  heap_.spend_text(made.key.size() + name.size());
  const auto [found, added] = storages_.try_emplace(std::move(name), nullptr);
  if (added) found->second = heap_.make(std::move(made));
  return found->second;
}

}  // namespace dpac
