#include "study/support/document.h"

#include <utility>

#include "study/support/json.h"

namespace dpac {
namespace {

std::shared_ptr<const Json> with_remarks(Json json, const Remarks& remarks) {
  remarks.write(json);
  return std::make_shared<const Json>(std::move(json));
}

}  // namespace

Document::Document() : json_(std::make_shared<const Json>()) {}

Document::Document(Json json) : json_(std::make_shared<const Json>(std::move(json))) {}

Document::Document(Json json, const Remarks& remarks) : json_(with_remarks(std::move(json), remarks)) {}

std::string Document::text() const {
  return json_->dump(2) + '\n';
}

}  // namespace dpac
