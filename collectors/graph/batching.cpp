#include "collectors/graph/batch.hpp"
#include "collectors/graph/client.hpp"
#include "collectors/graph/flight.hpp"
#include "collectors/graph/host.hpp"
#include "collectors/graph/http_date.hpp"
#include "collectors/graph/url.hpp"

#include <algorithm>

// How a client asks for several things in one request.
namespace insightd::graph
{
namespace
{

/// What the whole of a batch has used. The platform has counted all of it by then: a figure beside
/// calls that seem to be under way still would say that the others weigh nothing.
void tell_figures_at_the_end(std::vector<Ending>& endings)
{
    Usage usage;
    Ending* last = nullptr;
    for (auto& ending : endings) {
        if (!ending.was_answered)
            continue;
        usage = joined(usage, std::exchange(ending.usage, {}));
        last = &ending;
    }
    if (last != nullptr)
        last->usage = usage;
}

} // namespace

std::size_t Client::batch_size() const
{
    const bool takes = traits().takes_batches && !memory().take_no_batches.contains(host_url());
    return takes ? std::max<std::size_t>(api_.batch, 1) : 1;
}

Gathering::Seat Client::take_seat()
{
    return batch_size() > 1 ? Gathering::Seat{gathering_} : Gathering::Seat{};
}

/// Together where the host takes it, else one by one. What cannot be reached is not waited for once
/// more by each of them.
boost::asio::awaitable<void> Client::try_round(Gathering::Round round)
{
    Members together;
    for (const auto& asked : round)
        if (!asked->alone && batch_size() > 1)
            together.push_back(asked);
    if (together.size() > 1)
        co_await try_together(std::move(together));
    std::optional<Failure> unreachable;
    for (const auto& asked : round) {
        if (asked->answer)
            continue;
        if (unreachable)
            asked->answer = *unreachable;
        else
            asked->answer = co_await try_alone(asked->request);
        if (!*asked->answer && asked->answer->error().kind == FailureClass::unreachable)
            unreachable = asked->answer->error();
    }
}

/// Each is a call to the platform, and needs a permit of its own. Leaves those without an answer
/// that are to be asked alone, for the host takes no batches.
boost::asio::awaitable<void> Client::try_together(Members members)
{
    Flight flight{permit_};
    Members leaving;
    for (const auto& asked : members) {
        if (const auto refusal = flight.depart())
            asked->answer = held_back(*refusal);
        else
            leaving.push_back(asked);
    }
    if (leaving.size() > 1)
        co_await send_together(std::move(leaving), flight);
    else if (leaving.size() == 1)
        leaving.front()->answer = co_await send(leaving.front()->request, flight.endings.front());
}

boost::asio::awaitable<void> Client::send_together(Members members, Flight& flight)
{
    calls_ += std::ssize(members);
    auto sent = batch_request(members);
    sent.permit = permit_;
    const auto answer = co_await transport_.send(std::move(sent));
    if (!answer) {
        const std::vector<Outcome<HttpReply>> none(members.size(), answer.error());
        co_return take_members(members, none, flight);
    }
    auto answers = members_of(*answer, members.size());
    if (answers)
        co_return take_members(members, *answers, flight);
    host_ = {answer->api_version, parse_http_date(answer->date)};
    usage_ = parse_usage(answer->app_usage, answer->business_usage);
    auto whole = answers.error();
    whole.regain_after = told_wait(*answer);
    refuse_all(members, std::move(whole), flight);
}

/// The token travels in the form, where no log looks. Source: graph-api.md section 9.
HttpRequest Client::batch_request(const Members& members) const
{
    std::vector<std::string> urls;
    for (const auto& asked : members)
        urls.push_back(relative_url(asked->request));
    std::vector<std::pair<std::string, std::string>> fields{
        {"batch", batch_of(urls)},
        {"access_token", identity_.token.reveal()},
        {"include_headers", "true"}};
    if (auto shown = proof())
        fields.emplace_back("appsecret_proof", std::move(*shown));
    HttpRequest request{
        host_url() + "/" + api_.version + "/", std::nullopt, config::Secret{form_of(fields)}};
    request.changes_nothing = true;
    return request;
}

std::string Client::relative_url(const Request& request) const
{
    return url_of(api_.version, request.path, request.params);
}

void Client::take_members(
    const Members& members, const std::vector<Outcome<HttpReply>>& answers, Flight& flight)
{
    for (std::size_t at = 0; at < members.size(); ++at) {
        observe(host_url() + "/" + relative_url(members[at]->request), answers[at]);
        members[at]->answer = take(answers[at], flight.endings[at]);
    }
    tell_figures_at_the_end(flight.endings);
    for (const auto& ending : flight.endings)
        usage_ = ending.was_answered ? ending.usage : usage_;
}

/// Whether a batch that was refused as a whole was one call or many nobody says: it counts as many.
void Client::refuse_all(const Members& members, Failure whole, Flight& flight)
{
    const bool takes_none = is_of_batches(whole);
    auto failure = failure_of_each(std::move(whole));
    erase_secrets(failure);
    for (auto& ending : flight.endings)
        ending = {true, false, usage_, failure.kind, failure.regain_after};
    tell_figures_at_the_end(flight.endings);
    if (takes_none)
        memory().take_no_batches.insert(host_url());
    else
        for (const auto& asked : members)
            asked->answer = failure;
}

} // namespace insightd::graph
