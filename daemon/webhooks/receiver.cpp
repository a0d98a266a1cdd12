#include "daemon/webhooks/receiver.hpp"

#include "daemon/webhooks/form.hpp"
#include "daemon/webhooks/signature.hpp"

#include <utility>

namespace insightd::webhooks
{
namespace
{

namespace asio = boost::asio;

struct Row {
    Outcome outcome;
    std::string_view name;
    int status;
};

constexpr std::array<Row, outcomes> table{{
    {Outcome::kept, "kept", 200},
    {Outcome::nothing_kept, "nothing_kept", 200},
    {Outcome::unsigned_, "unsigned", 401},
    {Outcome::malformed, "malformed", 400},
    {Outcome::too_many, "too_many", 429},
    {Outcome::unavailable, "unavailable", 503},
    {Outcome::refused, "refused", 500},
}};

const Row& row_of(Outcome outcome)
{
    return table.at(static_cast<std::size_t>(outcome));
}

/// What the platform sends is short; more is not echoed.
constexpr std::size_t longest_challenge = 256;

/// Of one outcome: who mends a secret and tries again sees within this time whether it helped.
constexpr std::chrono::minutes between_lines{1};

http::Answer plain(int status, std::string words)
{
    http::Answer answer;
    answer.status = status;
    answer.body = std::move(words);
    return answer;
}

} // namespace

std::string_view to_string(Outcome outcome)
{
    return row_of(outcome).name;
}

Receiver::Receiver(Services services, std::int64_t most_per_second)
    : services_{std::move(services)}, rate_{most_per_second}
{
}

void Receiver::configured(std::set<model::AccountId> accounts, std::set<model::AccountId> mentioned)
{
    services_.accounts = std::move(accounts);
    services_.mentioned = std::move(mentioned);
}

asio::awaitable<http::Answer> Receiver::answer(http::Question question)
{
    if (question.method == http::Method::get)
        co_return verification(question);
    auto taking = take(std::move(question));
    const auto verdict = co_await std::move(taking);
    note(verdict);
    const auto& row = row_of(verdict.outcome);
    co_return plain(row.status, std::string{row.name} + "\n");
}

http::Answer Receiver::verification(const http::Question& question) const
{
    constexpr int forbidden = 403;
    const auto asked = form_of(question.query);
    const auto challenge = asked.find("hub.challenge");
    const auto token = asked.find("hub.verify_token");
    const bool is_asked = asked.contains("hub.mode") && asked.at("hub.mode") == "subscribe" &&
                          challenge != asked.end() && token != asked.end() &&
                          challenge->second.size() <= longest_challenge;
    if (!is_asked || !equal_in_constant_time(token->second, services_.verify_token.reveal()))
        return plain(forbidden, "webhooks are taken here from whoever knows the verify token\n");
    return plain(200, challenge->second);
}

asio::awaitable<Receiver::Verdict> Receiver::take(http::Question question)
{
    if (!rate_.takes(services_.machine_time()))
        co_return Verdict{Outcome::too_many, "more deliveries than webhooks.max_per_second"};
    if (!is_signed(
            http::header_of(question, "x-hub-signature-256"), question.body, services_.secrets))
        co_return Verdict{
            Outcome::unsigned_,
            "X-Hub-Signature-256 is not that of the body under the app's secret"};
    auto delivery = collectors::delivery_of(question.body, services_.now());
    if (!delivery)
        co_return Verdict{Outcome::malformed, "not what the platform documents"};
    std::erase_if(delivery->pushes, [this](const model::StoryPush& push) {
        return !services_.accounts.contains(push.account_id);
    });
    std::erase_if(delivery->mentions, [this](const model::Mention& mention) {
        return !services_.mentioned.contains(mention.account_id);
    });
    if (delivery->pushes.empty() && delivery->mentions.empty())
        co_return Verdict{Outcome::nothing_kept, {}};
    auto keeping = keep(std::move(*delivery));
    co_return co_await std::move(keeping);
}

asio::awaitable<Receiver::Verdict> Receiver::keep(collectors::Delivery delivery)
{
    auto pushes = delivery.pushes;
    auto mentions = delivery.mentions;
    const auto kept = co_await services_.inbox.keep(std::move(pushes), std::move(mentions));
    if (kept.where == Kept::Where::nowhere)
        co_return Verdict{Outcome::unavailable, kept.why_not};
    if (kept.where == Kept::Where::refused)
        co_return Verdict{Outcome::refused, kept.why_not};
    stories_ += static_cast<std::int64_t>(delivery.pushes.size());
    services_.kept(delivery.pushes);
    if (!delivery.mentions.empty())
        services_.kept_mentions(delivery.mentions);
    co_return Verdict{Outcome::kept, {}};
}

/// Anybody can send some: not a line for each, and what strangers send silences nothing else.
void Receiver::note(const Verdict& verdict)
{
    const auto place = static_cast<std::size_t>(verdict.outcome);
    const auto count = ++counts_.at(place);
    auto& told = told_.at(place);
    const auto now = services_.machine_time();
    if (verdict.why.empty() || (told.at && now - *told.at < between_lines))
        return;
    services_.say({verdict.outcome, verdict.why, count - told.count - 1});
    told = {now, count};
}

} // namespace insightd::webhooks
