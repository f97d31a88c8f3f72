#include "workspace.h"

namespace vicuna {

float* Scratch::get(ScratchUse use, Index length) {
  FloatBuffer& buffer = buffers_[static_cast<std::size_t>(use)];
  if (buffer.length() < length) {
    buffer = FloatBuffer();  // free first: the old and the new need not exist at once
    buffer = FloatBuffer(arena_, length);
  }
  return buffer.data();
}

}  // namespace vicuna
