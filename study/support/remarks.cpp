#include "study/support/remarks.h"

#include <algorithm>
#include <utility>

#include "study/support/json.h"

namespace dpac {

void Remarks::notice(std::string sentence) {
  // Data and training data may be one set: what is said of both is said once.
  if (std::find(sentences_.begin(), sentences_.end(), sentence) != sentences_.end()) return;
  sentences_.push_back(std::move(sentence));
}

void Remarks::assume(const std::string& sentence) {
  notice(sentence);
  record_assumed(sentence);
}

void Remarks::leave_out(const LeftOut& left_out) {
  notice(to_sentence(left_out));
  record_left_out(left_out);
}

void Remarks::record_assumed(const std::string& sentence) {
  if (std::find(assumed_.begin(), assumed_.end(), sentence) == assumed_.end()) assumed_.push_back(sentence);
}

void Remarks::record_left_out(const LeftOut& left_out) {
  if (std::find(left_out_.begin(), left_out_.end(), left_out) == left_out_.end())
    left_out_.push_back(left_out);
}

void Remarks::add(const Remarks& others) {
  for (const std::string& sentence : others.sentences_) notice(sentence);
  for (const std::string& sentence : others.assumed_) record_assumed(sentence);
  for (const LeftOut& left_out : others.left_out_) record_left_out(left_out);
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

}  // namespace dpac
