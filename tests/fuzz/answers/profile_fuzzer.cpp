#include "collectors/competitors.hpp"
#include "collectors/profile.hpp"
#include "collectors/publishing_limit.hpp"
#include "tests/fuzz/answer.hpp"

#include <cstdlib>

// Who the account is, what it may publish, and its competitors.

namespace insightd::fuzz
{
namespace
{

/// The same answer about everybody: the round must come to its end, or fail, and be tried later.
void discover(const boost::json::value& body)
{
    config::Account account;
    account.competitors = {"one", "two"};
    collectors::CompetitorRound round{account};
    constexpr int most_calls = 100;
    int calls = 0;
    do {
        if (!round.next(now))
            break;
        (void)round.request();
        const auto collected = round.take(graph::Reply{body, {}}, now);
        store(collected.rows);
        if (collected.failure)
            break;
        if (++calls == most_calls)
            std::abort();
    } while (round.is_under_way());
}

} // namespace

void decode(const boost::json::value& body)
{
    config::Account account;
    account.user_id = 1;
    model::Batch batch;
    if (auto profile = collectors::decode_profile(body, account, now))
        batch.profiles.push_back(std::move(*profile));
    if (const auto limit = collectors::decode_publishing_limit(body, now))
        batch.publishing_limits.push_back(*limit);
    store(batch);
    discover(body);
}

} // namespace insightd::fuzz
