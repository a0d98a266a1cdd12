#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <string_view>
#include <vector>

// Changes of bytes seldom leave JSON behind, and what is no JSON tests the parser alone. So most
// changes are made to the tree.

namespace json = boost::json;

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace
{

using Random = std::minstd_rand;

std::size_t below(Random& random, std::size_t end)
{
    return random() % end;
}

/// What decoders trip over.
const std::array odd_values{
    "null",
    "true",
    "0",
    "-1",
    "1",
    "12.0",
    "0.5",
    "1e300",
    "-1e-300",
    "2147483648",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551615",
    "1e19",
    R"("")",
    R"("0")",
    R"("-1")",
    R"("17918195224117851")",
    R"("9223372036854775808")",
    R"("2025-01-02T03:04:05+0000")",
    R"("2025-02-30T24:60:61Z")",
    R"("9999-12-31T23:59:59.999999Z")",
    R"("1969-12-31T23:59:59Z")",
    R"("1735787045")",
    R"("\u0000")",
    R"("\ud83d\ude00")",
    "[]",
    "{}",
    "[[]]",
    "[{}]",
    R"({"data":[]})",
    R"({"value":1})"};

/// A value that may change its place and its kind.
using Nodes = std::vector<json::value*>;

void gather(json::value& value, Nodes& nodes)
{
    nodes.push_back(&value);
    if (auto* list = value.if_array())
        for (auto& row : *list)
            gather(row, nodes);
    if (auto* object = value.if_object())
        for (auto& [name, member] : *object)
            gather(member, nodes);
}

json::value& any_of(const Nodes& nodes, Random& random)
{
    return *nodes[below(random, nodes.size())];
}

void be_odd(json::value& value, Random& random)
{
    value = json::parse(odd_values[below(random, odd_values.size())], value.storage());
}

void change_text(json::string& text, Random& random)
{
    constexpr std::size_t room = 16;
    const auto size = text.size();
    text.resize(size + room);
    auto* bytes = reinterpret_cast<std::uint8_t*>(text.data());
    text.resize(LLVMFuzzerMutate(bytes, size, size + room));
    if (below(random, 4) != 0) // what is no UTF-8 would be refused with the whole answer
        for (auto& letter : text)
            letter = static_cast<char>(letter & 0x7f);
}

void change_number(json::value& value, Random& random)
{
    const auto step = static_cast<std::int64_t>(below(random, 3)) - 1;
    if (auto* whole = value.if_int64())
        *whole = static_cast<std::int64_t>(
            (static_cast<std::uint64_t>(*whole) << below(random, 12)) +
            static_cast<std::uint64_t>(step));
    else if (auto* real = value.if_double())
        *real = *real * 1.5 + static_cast<double>(step);
    else
        be_odd(value, random);
}

/// A number as text, a text as a number where it is one: the platform sends both.
void change_kind(json::value& value)
{
    boost::system::error_code error;
    if (const auto* text = value.if_string()) {
        auto told = json::parse({text->data(), text->size()}, error, value.storage());
        if (!error)
            value = std::move(told);
    } else if (value.is_number()) {
        value = json::value(json::serialize(value), value.storage());
    }
}

void lose_one(json::value& value, Random& random)
{
    if (auto* list = value.if_array(); list != nullptr && !list->empty())
        list->erase(list->begin() + static_cast<std::ptrdiff_t>(below(random, list->size())));
    if (auto* object = value.if_object(); object != nullptr && !object->empty())
        object->erase(object->begin() + static_cast<std::ptrdiff_t>(below(random, object->size())));
}

/// One more row, or a member under this or another name.
void gain(json::value& into, const json::value& more, std::string_view name)
{
    if (auto* list = into.if_array())
        list->push_back(json::value(more, into.storage()));
    else if (auto* object = into.if_object())
        object->insert_or_assign({name.data(), name.size()}, json::value(more, into.storage()));
    else
        into = json::value(more, into.storage());
}

std::string some_name(const Nodes& nodes, Random& random)
{
    for (int tries = 0; tries < 4; ++tries) {
        const auto* object = any_of(nodes, random).if_object();
        if (object != nullptr && !object->empty())
            return (object->begin() + static_cast<std::ptrdiff_t>(below(random, object->size())))
                ->key();
    }
    return "data";
}

void wrap(json::value& value, Random& random)
{
    json::value whole(std::move(value));
    value = below(random, 2) == 0
                ? json::value(json::array{std::move(whole)}, value.storage())
                : json::value(json::object{{"data", std::move(whole)}}, value.storage());
}

void change(json::value& tree, Random& random)
{
    Nodes nodes;
    gather(tree, nodes);
    auto& value = any_of(nodes, random);
    switch (below(random, 10)) {
    case 0:
        return be_odd(value, random);
    case 1:
        return change_kind(value);
    case 2:
        return lose_one(value, random);
    case 3:
        return gain(value, json::value(any_of(nodes, random)), some_name(nodes, random));
    case 4:
        return wrap(value, random);
    case 5: {
        json::value other(any_of(nodes, random));
        value = std::move(other);
        return;
    }
    default:
        if (auto* text = value.if_string())
            change_text(*text, random);
        else if (value.is_structured())
            lose_one(value, random);
        else
            change_number(value, random);
    }
}

/// The tree in its own memory; nothing for what is no JSON.
class Tree
{
public:
    Tree(const std::uint8_t* data, std::size_t size)
    {
        value = json::parse({reinterpret_cast<const char*>(data), size}, error, &memory_);
    }

private:
    std::array<unsigned char, 32 * 1024> first_; // not cleared: this runs once an execution
    json::monotonic_resource memory_{first_.data(), first_.size()};

public:
    boost::system::error_code error;
    json::value value = json::value(json::storage_ptr{&memory_});
};

/// The size, or 0 where it does not fit.
std::size_t written(const json::value& tree, std::uint8_t* data, std::size_t most)
{
    const auto text = json::serialize(tree);
    if (text.size() > most)
        return 0;
    std::memcpy(data, text.data(), text.size());
    return text.size();
}

} // namespace

extern "C" std::size_t
LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned int seed)
{
    Random random{seed};
    if (below(random, 8) == 0)
        return LLVMFuzzerMutate(data, size, most);
    Tree tree{data, size};
    if (tree.error)
        return LLVMFuzzerMutate(data, size, most);
    for (auto left = 1 + below(random, 3); left > 0; --left)
        change(tree.value, random);
    const auto after = written(tree.value, data, most);
    return after > 0 ? after : LLVMFuzzerMutate(data, size, most);
}

/// A part of the one in the place of a part of the other, or beside it.
extern "C" std::size_t LLVMFuzzerCustomCrossOver(
    const std::uint8_t* one, std::size_t one_size, const std::uint8_t* other,
    std::size_t other_size, std::uint8_t* out, std::size_t most, unsigned int seed)
{
    Random random{seed};
    Tree into{one, one_size};
    Tree from{other, other_size};
    if (into.error || from.error)
        return 0;
    Nodes places, parts;
    gather(into.value, places);
    gather(from.value, parts);
    gain(any_of(places, random), any_of(parts, random), some_name(parts, random));
    return written(into.value, out, most);
}
