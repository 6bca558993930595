#include "cli/remarks.h"

#include <algorithm>
#include <utility>

namespace dpac::cli {

void Remarks::notice(std::string sentence) {
  // Data and training data may be one set: what is said of both is said once.
  if (std::find(sentences_.begin(), sentences_.end(), sentence) != sentences_.end()) return;
  sentences_.push_back(std::move(sentence));
}

void Remarks::assume(std::string sentence) {
  notice(sentence);
  if (std::find(assumed_.begin(), assumed_.end(), sentence) == assumed_.end())
    assumed_.push_back(std::move(sentence));
}

void Remarks::leave_out(const LeftOut& left_out) {
  notice(to_sentence(left_out));
  if (std::find(left_out_.begin(), left_out_.end(), left_out) == left_out_.end())
    left_out_.push_back(left_out);
}

void Remarks::write(Json& json) const {
  json["assumed"] = assumed_;
  json["left_out"] = Json::array();
  for (const LeftOut& left_out : left_out_) {
    json["left_out"].push_back(
        {{"what", left_out.what}, {"count", left_out.count}, {"examples", left_out.examples}});
  }
  json["notices"] = sentences_;
}

}  // namespace dpac::cli
