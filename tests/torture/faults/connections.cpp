#include "tests/torture/faults/judge.hpp"
#include "tests/torture/faults/real.hpp"

#include <algorithm>
#include <cerrno>
#include <string_view>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

// Connections: to the database over a unix socket, to the API over TCP.
namespace
{

using namespace insightd::torture;

bool is_connection(int descriptor)
{
    return role_of(descriptor) == Role::api || role_of(descriptor) == Role::database;
}

Operation sending(int descriptor, std::string_view data)
{
    if (role_of(descriptor) == Role::api)
        return Operation::api_send;
    return data.find("COMMIT") == std::string_view::npos ? Operation::database_send
                                                         : Operation::database_commit;
}

ssize_t fails(int error)
{
    errno = error;
    return -1;
}

/// What a connection that is none any more does.
ssize_t ailing(int descriptor, bool receives, std::size_t size)
{
    switch (ailment_of(descriptor)) {
    case Ailment::closed:
        return receives ? 0 : fails(EPIPE);
    case Ailment::silent:
        return receives ? fails(EAGAIN) : static_cast<ssize_t>(size);
    default:
        return fails(error_of(descriptor));
    }
}

/// The effects that sending and receiving have in common, once their work is done or not.
ssize_t suffers(int descriptor, const Verdict& verdict, bool receives, std::size_t size)
{
    if (verdict.effect == Effect::closed)
        afflict(descriptor, Ailment::closed);
    else if (verdict.effect == Effect::silence)
        afflict(descriptor, Ailment::silent);
    else
        afflict(descriptor, Ailment::broken, verdict.error);
    return ailing(descriptor, receives, size);
}

template <class Work> ssize_t sent(int descriptor, std::string_view data, Work work)
{
    if (!is_connection(descriptor))
        return work(data.size());
    if (ailment_of(descriptor) != Ailment::none)
        return ailing(descriptor, false, data.size());
    const auto verdict = judge(sending(descriptor, data));
    if (!verdict)
        return work(data.size());
    switch (verdict->effect) {
    case Effect::half:
        return work(std::max<std::size_t>(1, data.size() / 2));
    case Effect::half_failed:
        work(data.size() / 2);
        break;
    case Effect::torn:
        work(data.size() / 2);
        die();
    case Effect::dead_before:
        die();
    case Effect::dead_after:
        work(data.size());
        die();
    case Effect::unanswered: { // what was sent arrives all the same
        const auto size = work(data.size());
        afflict(descriptor, Ailment::broken, verdict->error);
        return size;
    }
    default:
        break;
    }
    return suffers(descriptor, *verdict, false, data.size());
}

/// Counts what came, not what was looked for in vain.
template <class Work> ssize_t received(int descriptor, std::size_t size, Work work)
{
    if (!is_connection(descriptor))
        return work(size);
    const auto ailment = ailment_of(descriptor);
    if (ailment == Ailment::silent) // what comes all the same must not wake the program for ever
        return work(size) == 0 ? 0 : fails(EAGAIN);
    if (ailment != Ailment::none)
        return ailing(descriptor, true, size);
    const auto came = work(size);
    if (came <= 0)
        return came;
    const auto verdict = judge(
        role_of(descriptor) == Role::api ? Operation::api_receive : Operation::database_receive);
    if (!verdict)
        return came;
    switch (verdict->effect) {
    case Effect::torn:
    case Effect::dead_before:
    case Effect::dead_after:
        die();
    case Effect::half:
    case Effect::half_failed: // the rest never comes
        afflict(
            descriptor, verdict->effect == Effect::half ? Ailment::closed : Ailment::broken,
            verdict->error);
        return std::max<ssize_t>(1, came / 2);
    default:
        return suffers(descriptor, *verdict, true, size);
    }
}

std::string_view bytes_of(const msghdr& message)
{
    if (message.msg_iovlen == 0)
        return {};
    return {static_cast<const char*>(message.msg_iov[0].iov_base), message.msg_iov[0].iov_len};
}

} // namespace

extern "C" {

int connect(int descriptor, const sockaddr* address, socklen_t length)
{
    INSIGHTD_REAL(connect);
    const bool is_api = address->sa_family == AF_INET || address->sa_family == AF_INET6;
    if (!is_api && address->sa_family != AF_UNIX)
        return real(descriptor, address, length);
    set_role(descriptor, is_api ? Role::api : Role::database);
    const auto verdict = judge(is_api ? Operation::api_connect : Operation::database_connect);
    if (!verdict)
        return real(descriptor, address, length);
    if (verdict->effect == Effect::dead_before || verdict->effect == Effect::torn)
        die();
    const int result = verdict->effect == Effect::error ? -1 : real(descriptor, address, length);
    if (verdict->effect == Effect::dead_after)
        die();
    if (verdict->effect == Effect::silence)
        afflict(descriptor, Ailment::silent);
    else
        errno = verdict->error;
    return verdict->effect == Effect::silence ? result : -1;
}

ssize_t send(int descriptor, const void* data, size_t size, int flags)
{
    INSIGHTD_REAL(send);
    return sent(descriptor, {static_cast<const char*>(data), size}, [&](std::size_t most) {
        return real(descriptor, data, most, flags);
    });
}

/// Where only half goes out, it is half of the first part.
ssize_t sendmsg(int descriptor, const msghdr* message, int flags)
{
    INSIGHTD_REAL(sendmsg);
    const auto first = bytes_of(*message);
    return sent(descriptor, first, [&](std::size_t most) -> ssize_t {
        if (most == first.size())
            return real(descriptor, message, flags);
        iovec part{message->msg_iov[0].iov_base, most};
        msghdr some = *message;
        some.msg_iov = &part;
        some.msg_iovlen = 1;
        return real(descriptor, &some, flags);
    });
}

ssize_t recv(int descriptor, void* data, size_t size, int flags)
{
    INSIGHTD_REAL(recv);
    const auto work = [&](std::size_t most) { return real(descriptor, data, most, flags); };
    return (flags & MSG_PEEK) != 0 ? work(size) : received(descriptor, size, work);
}

ssize_t recvmsg(int descriptor, msghdr* message, int flags)
{
    INSIGHTD_REAL(recvmsg);
    const auto first = bytes_of(*message);
    return received(
        descriptor, first.size(), [&](std::size_t) { return real(descriptor, message, flags); });
}

/// Of files as well: the one function that both have in common.
ssize_t read(int descriptor, void* data, size_t size)
{
    INSIGHTD_REAL(read);
    const auto work = [&](std::size_t most) { return real(descriptor, data, most); };
    if (role_of(descriptor) != Role::file)
        return received(descriptor, size, work);
    const auto verdict = judge(Operation::file_read);
    if (!verdict)
        return work(size);
    if (verdict->effect == Effect::half)
        return work(std::max<std::size_t>(1, size / 2));
    if (verdict->effect == Effect::dead_before || verdict->effect == Effect::torn)
        die();
    if (verdict->effect == Effect::dead_after) {
        work(size);
        die();
    }
    return fails(verdict->error);
}

} // extern "C"
