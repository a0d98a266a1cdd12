#include "daemon/people_key.hpp"

#include "daemon/vault_keys.hpp"
#include "storage/vault/pseudonyms.hpp"
#include "storage/vault/seal.hpp"

#include <optional>

namespace insightd::daemon
{
namespace
{

graph::Failure misconfigured(std::string why)
{
    graph::Failure failure;
    failure.kind = graph::FailureClass::misconfigured;
    failure.message = std::move(why);
    return failure;
}

} // namespace

boost::asio::awaitable<model::SealedKey> PeopleKey::sealed()
{
    auto known = co_await database_.people_key();
    if (known)
        co_return std::move(*known);
    auto fresh = vault::seal_people_key(keys_to_seal(config_), vault::Key::random());
    co_return co_await database_.keep_people_key(std::move(fresh));
}

boost::asio::awaitable<graph::Outcome<std::shared_ptr<const model::Pseudonyms>>>
PeopleKey::pseudonyms()
{
    if (opened_)
        co_return opened_;
    std::optional<std::string> trouble;
    try {
        const auto box = co_await sealed();
        opened_ = std::make_shared<vault::KeyedPseudonyms>(
            vault::open_people_key(keys_to_open(config_), box));
    } catch (const vault::KeyTrouble& why) {
        trouble = why.what();
    }
    if (trouble)
        co_return misconfigured(std::move(*trouble));
    co_return opened_;
}

} // namespace insightd::daemon
