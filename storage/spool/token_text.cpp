#include "storage/spool/token_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <sodium.h>

namespace insightd::spool
{
namespace
{

namespace json = boost::json;

json::value microseconds(const std::optional<model::Instant>& instant)
{
    return instant ? json::value(instant->time_since_epoch().count()) : json::value(nullptr);
}

std::optional<model::Instant> instant_at(const json::object& object, const char* name)
{
    const auto* count = object.at(name).if_int64();
    return count != nullptr ? std::optional{model::Instant{std::chrono::microseconds{*count}}}
                            : std::nullopt;
}

std::string hex_of(const std::string& bytes)
{
    std::string digits(bytes.size() * 2 + 1, '\0');
    sodium_bin2hex(
        digits.data(), digits.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
        bytes.size());
    digits.pop_back();
    return digits;
}

std::string bytes_of(const std::string& digits)
{
    std::string bytes(digits.size() / 2, '\0');
    std::size_t count = 0;
    sodium_hex2bin(
        reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), digits.data(), digits.size(),
        nullptr, &count, nullptr);
    bytes.resize(count);
    return bytes;
}

} // namespace

std::string text_of(const model::SealedToken& token)
{
    const auto& facts = token.facts;
    return json::serialize(json::object{
        {"account_id", facts.account_id},
        {"kind", model::to_string(facts.kind)},
        {"scopes", json::array(facts.scopes.begin(), facts.scopes.end())},
        {"issued_at", microseconds(facts.issued_at)},
        {"expires_at", microseconds(facts.expires_at)},
        {"data_access_expires_at", microseconds(facts.data_access_expires_at)},
        {"refreshed_at", microseconds(facts.refreshed_at)},
        {"next_refresh_at", microseconds(facts.next_refresh_at)},
        {"key_id", token.key_id},
        {"box", hex_of(token.box)},
        {"revision", token.revision}});
}

model::SealedToken token_in(const std::string& text)
{
    const auto value = json::parse(text);
    const auto& object = value.as_object();
    model::SealedToken token;
    auto& facts = token.facts;
    facts.account_id = object.at("account_id").as_int64();
    facts.kind = model::token_kind_named(std::string{object.at("kind").as_string()}).value();
    for (const auto& scope : object.at("scopes").as_array())
        facts.scopes.emplace_back(scope.as_string());
    facts.issued_at = instant_at(object, "issued_at").value();
    facts.expires_at = instant_at(object, "expires_at");
    facts.data_access_expires_at = instant_at(object, "data_access_expires_at");
    facts.refreshed_at = instant_at(object, "refreshed_at");
    facts.next_refresh_at = instant_at(object, "next_refresh_at");
    token.key_id = object.at("key_id").as_string();
    token.box = bytes_of(std::string{object.at("box").as_string()});
    token.revision = object.at("revision").as_int64();
    return token;
}

} // namespace insightd::spool
