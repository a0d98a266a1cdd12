#include "collectors/graph/gzip.hpp"

#include <zlib.h>

#include <array>
#include <memory>

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

} // namespace

Outcome<std::string> unpacked(std::string_view packed, std::size_t most)
{
    z_stream stream{};
    if (inflateInit2(&stream, gzip_or_zlib) != Z_OK)
        return damaged("no memory to unpack an answer");
    const std::unique_ptr<z_stream, decltype(&inflateEnd)> closer{&stream, &inflateEnd};
    // zlib's interface is older than const.
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());

    std::string result;
    std::array<char, 65'536> part{};
    int state = Z_OK;
    while (state == Z_OK) {
        stream.next_out = reinterpret_cast<Bytef*>(part.data());
        stream.avail_out = static_cast<uInt>(part.size());
        state = inflate(&stream, Z_NO_FLUSH);
        result.append(part.data(), part.size() - stream.avail_out);
        if (result.size() > most)
            return damaged("an answer that unpacks to more than is allowed");
    }
    if (state != Z_STREAM_END)
        return damaged("an answer whose compression is damaged or cut off");
    return result;
}

} // namespace insightd::graph
