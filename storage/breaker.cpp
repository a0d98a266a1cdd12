#include "storage/breaker.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace insightd::storage
{

Breaker::~Breaker()
{
    forget();
}

void Breaker::watch(int socket)
{
    forget();
    const std::scoped_lock lock{mutex_};
    socket_ = fcntl(socket, F_DUPFD_CLOEXEC, 0);
}

void Breaker::forget()
{
    const std::scoped_lock lock{mutex_};
    if (socket_ >= 0)
        close(socket_);
    socket_ = -1;
}

void Breaker::break_off()
{
    const std::scoped_lock lock{mutex_};
    if (socket_ >= 0)
        shutdown(socket_, SHUT_RDWR);
}

} // namespace insightd::storage
