#include "daemon/http/certificate.hpp"

#include "config/unusable.hpp"

#include <fmt/format.h>

namespace insightd::http
{
namespace
{

namespace ssl = boost::asio::ssl;

std::shared_ptr<ssl::context> read(const config::Certificate& files)
{
    auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
    context->set_options(
        ssl::context::default_workarounds | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1);
    try {
        context->use_certificate_chain_file(files.chain.string());
        context->use_private_key_file(files.key.string(), ssl::context::pem);
    } catch (const boost::system::system_error& error) {
        const auto why = fmt::format(
            "webhooks.certificate: {} and {} are no certificate chain and its key ({}): both must "
            "be PEM, the key "
            "without "
            "a passphrase, and readable by the user insightd runs as",
            files.chain.string(), files.key.string(), error.code().message());
        if (config::passes_by_itself(error.code()))
            throw CannotListen{why};
        throw config::Unusable{why};
    }
    return context;
}

} // namespace

Certificate::Certificate(config::Certificate files, Say say)
    : files_{std::move(files)}, say_{std::move(say)}, seen_{times()}, context_{read(files_)}
{
}

/// A file that is missing for the moment of its replacement has the earliest time.
Certificate::Times Certificate::times() const
{
    std::error_code none;
    return {
        std::filesystem::last_write_time(files_.chain, none),
        std::filesystem::last_write_time(files_.key, none)};
}

std::shared_ptr<ssl::context> Certificate::context()
{
    const auto now = times();
    if (now == seen_)
        return context_;
    seen_ = now;
    std::string why_not;
    try {
        context_ = read(files_);
    } catch (const std::runtime_error& error) { // whoever can mend it: the former one stays
        why_not = error.what();
    }
    say_(why_not);
    return context_;
}

} // namespace insightd::http
