#include "collectors/graph/gzip.hpp"

#include <zlib.h>

#include <array>

namespace insightd::graph
{
namespace
{

constexpr int gzip_or_zlib = 15 + 32;

Failure damaged(std::string why)
{
    Failure failure;
    failure.kind = FailureClass::malformed;
    failure.message = std::move(why);
    return failure;
}

/// zlib's state is large and costly to set up: one for each thread, used again and again.
class Inflater
{
public:
    Inflater() { ready_ = inflateInit2(&stream_, gzip_or_zlib) == Z_OK; }
    ~Inflater() { inflateEnd(&stream_); }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    /// At the start of a new stream; nullptr if there is no memory for one.
    z_stream* fresh()
    {
        return ready_ && inflateReset2(&stream_, gzip_or_zlib) == Z_OK ? &stream_ : nullptr;
    }

private:
    z_stream stream_{};
    bool ready_ = false;
};

} // namespace

Outcome<std::string> unpacked(std::string_view packed, std::size_t most)
{
    thread_local Inflater inflater;
    auto* const stream = inflater.fresh();
    if (stream == nullptr)
        return damaged("no memory to unpack an answer");
    // zlib's interface is older than const.
    stream->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream->avail_in = static_cast<uInt>(packed.size());

    std::string result;
    std::array<char, 16'384> part; // zlib writes before anyone reads
    int state = Z_OK;
    while (state == Z_OK) {
        stream->next_out = reinterpret_cast<Bytef*>(part.data());
        stream->avail_out = static_cast<uInt>(part.size());
        state = inflate(stream, Z_NO_FLUSH);
        result.append(part.data(), part.size() - stream->avail_out);
        if (result.size() > most)
            return damaged("an answer that unpacks to more than is allowed");
    }
    if (state != Z_STREAM_END)
        return damaged("an answer whose compression is damaged or cut off");
    return result;
}

} // namespace insightd::graph
