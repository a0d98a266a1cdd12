#pragma once

#include "collectors/graph/client.hpp"
#include "collectors/graph/transport.hpp"
#include "tests/support/fake_graph.hpp"
#include "tests/support/run.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <string>
#include <utility>

/// A client that talks to a scripted host.
namespace insightd::graph
{

using insightd::testing::FakeGraph;
using insightd::testing::Received;
using insightd::testing::Scripted;

inline constexpr auto token = "IGAAvery-secret-token";

/// A client on its way to a scripted host; pauses between tries take no time, and are counted.
class Talk
{
public:
    explicit Talk(FakeGraph::Script script, config::Login login = config::Login::instagram)
        : host{std::move(script)}, transport{loop.get_executor(), limits()}
    {
        api.graph_url = {host.url(), host.url()};
        identity.login = login;
        identity.token = config::Secret{token};
    }

    Outcome<Reply>
    get(Request request = {"me", {{"fields", "id"}}},
        Client::UnknownErrors unknown_errors = Client::UnknownErrors::tried_again)
    {
        Client client = make_client();
        return insightd::testing::run(loop, client.get(std::move(request), unknown_errors));
    }

    Client make_client()
    {
        return {transport, api, identity, [this](int) { return pause(); }, {}, permit, &memory};
    }

    boost::asio::awaitable<void> pause()
    {
        ++pauses;
        co_return;
    }

    static Transport::Limits limits()
    {
        Transport::Limits limits;
        limits.timeout = std::chrono::seconds{5};
        return limits;
    }

    FakeGraph host;
    boost::asio::io_context loop{1};
    config::Api api;
    Transport transport;
    Client::Identity identity;
    Permit* permit = nullptr;
    Memory memory;
    int pauses = 0;
};

inline FakeGraph::Script always(Scripted answer)
{
    return [answer](const Received&) { return answer; };
}

inline Scripted answer(int status, std::string body)
{
    Scripted scripted;
    scripted.status = status;
    scripted.body = std::move(body);
    return scripted;
}

} // namespace insightd::graph
