#pragma once

#include <mutex>

namespace insightd::storage
{

/// Ends a wait for an answer from outside: whoever waits for it on another thread hears that the
/// connection is broken.
class Breaker
{
public:
    Breaker() = default;
    ~Breaker();
    Breaker(const Breaker&) = delete;
    Breaker& operator=(const Breaker&) = delete;

    /// From now on `socket` is the one. It may be closed, and its number go to another file, at any
    /// time: a second number of its own is held until forget().
    void watch(int socket);
    void forget();

    /// Nothing without a connection. May be called by any thread.
    void break_off();

private:
    std::mutex mutex_;
    int socket_ = -1;
};

} // namespace insightd::storage
