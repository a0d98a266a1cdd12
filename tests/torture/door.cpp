#include "tests/torture/door.hpp"

#include "tests/torture/certificate.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <fstream>
#include <future>
#include <map>
#include <set>
#include <string_view>
#include <thread>

namespace insightd::torture
{
namespace
{

namespace asio = boost::asio;
namespace fs = std::filesystem;
using asio::ip::tcp;
using namespace std::chrono_literals;

constexpr auto quietly = asio::as_tuple(asio::use_awaitable);
constexpr std::string_view plain = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";

struct Guest {
    Guest(const asio::any_io_executor& loop, asio::ssl::context& papers)
        : program{loop, papers}, platform{loop}
    {
    }

    void close()
    {
        boost::system::error_code ignored;
        program.next_layer().close(ignored);
        platform.close(ignored);
    }

    asio::ssl::stream<tcp::socket> program;
    tcp::socket platform;
};

using Papers = std::map<Door::State, asio::ssl::context>;

/// Those that are trusted are appended to the file that the program reads.
asio::ssl::context papers_of(const Certificate& certificate, const fs::path& trusted)
{
    make(certificate);
    if (!trusted.empty())
        std::ofstream{trusted, std::ios::app} << std::ifstream{certificate.file}.rdbuf();
    asio::ssl::context papers{asio::ssl::context::tls_server};
    papers.use_certificate_chain_file(certificate.file.string());
    papers.use_private_key_file(certificate.file.string(), asio::ssl::context::pem);
    return papers;
}

Papers all_papers(const fs::path& folder, const std::string& name)
{
    using enum Door::State;
    const std::string here{"IP:127.0.0.1"};
    const auto trusted = Door::trusted(folder);
    const auto file = [&](const char* what) { return folder / (name + what + ".pem"); };
    Papers all;
    all.emplace(proper, papers_of({file(".proper"), here}, trusted));
    all.emplace(stranger, papers_of({file(".stranger"), here}, {}));
    all.emplace(expired, papers_of({file(".expired"), here, -24h}, trusted));
    all.emplace(elsewhere, papers_of({file(".elsewhere"), "DNS:elsewhere.example"}, trusted));
    auto old = papers_of({file(".outdated"), here}, trusted);
    SSL_CTX_set_security_level(old.native_handle(), 0);
    SSL_CTX_set_min_proto_version(old.native_handle(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(old.native_handle(), TLS1_1_VERSION);
    all.emplace(outdated, std::move(old));
    return all;
}

} // namespace

struct Door::House {
    House(std::uint16_t port, const fs::path& folder)
        : to{port}, papers{all_papers(folder, std::to_string(port))}
    {
        asio::co_spawn(loop, accept(), asio::detached);
        thread = std::thread{[this] { loop.run(); }};
    }

    ~House() { thread.join(); }

    asio::awaitable<void> accept()
    {
        for (;;) {
            const auto found = papers.find(state);
            auto& shown = found == papers.end() ? papers.at(State::proper) : found->second;
            auto guest = std::make_shared<Guest>(loop.get_executor(), shown);
            const auto [error] =
                co_await acceptor.async_accept(guest->program.next_layer(), quietly);
            if (error)
                co_return;
            asio::co_spawn(loop, receive(guest, state), asio::detached);
        }
    }

    asio::awaitable<void> receive(std::shared_ptr<Guest> guest, State how)
    {
        guests.insert(guest);
        const bool is_in = co_await greet(*guest, how);
        if (!is_in) {
            guest->close();
            guests.erase(guest);
            co_return;
        }
        asio::co_spawn(loop, pump(guest, guest->program, guest->platform), asio::detached);
        asio::co_spawn(loop, pump(guest, guest->platform, guest->program), asio::detached);
    }

    asio::awaitable<bool> greet(Guest& guest, State how)
    {
        std::array<char, 512> greeting{};
        auto& line = guest.program.next_layer();
        if (how == State::hanging_up || how == State::no_tls) {
            co_await line.async_read_some(asio::buffer(greeting), quietly);
            if (how == State::no_tls)
                co_await asio::async_write(line, asio::buffer(plain), quietly);
            co_return false;
        }
        const auto [refused] =
            co_await guest.program.async_handshake(asio::ssl::stream_base::server, quietly);
        if (refused)
            co_return false;
        const tcp::endpoint platform{asio::ip::address_v4::loopback(), to};
        const auto [away] = co_await guest.platform.async_connect(platform, quietly);
        co_return !away;
    }

    template <class From, class To>
    asio::awaitable<void> pump(std::shared_ptr<Guest> guest, From& from, To& to_other)
    {
        std::array<char, 16'384> bytes{};
        for (;;) {
            const auto [error, size] = co_await from.async_read_some(asio::buffer(bytes), quietly);
            if (error)
                break;
            const auto [failed, sent] =
                co_await asio::async_write(to_other, asio::buffer(bytes, size), quietly);
            if (failed)
                break;
        }
        guest->close();
        guests.erase(guest);
    }

    /// The next one who comes was promised the former papers.
    void become(State wanted)
    {
        state = wanted;
        for (const auto& guest : guests)
            guest->close();
        acceptor.cancel();
        asio::co_spawn(loop, accept(), asio::detached);
    }

    std::uint16_t to;
    Papers papers;
    State state = State::proper;
    asio::io_context loop{1};
    tcp::acceptor acceptor{loop, {asio::ip::address_v4::loopback(), 0}};
    std::set<std::shared_ptr<Guest>> guests;
    std::thread thread;
};

Door::Door(std::uint16_t to, const fs::path& folder) : house_{std::make_shared<House>(to, folder)}
{
}

Door::~Door()
{
    house_->loop.stop();
}

std::uint16_t Door::port() const
{
    return house_->acceptor.local_endpoint().port();
}

void Door::become(State state)
{
    std::promise<void> done;
    asio::post(house_->loop, [&] {
        house_->become(state);
        done.set_value();
    });
    done.get_future().wait();
}

fs::path Door::trusted(const fs::path& folder)
{
    return folder / "trusted.pem";
}

} // namespace insightd::torture
