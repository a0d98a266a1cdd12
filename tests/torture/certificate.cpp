#include "tests/torture/certificate.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>
#include <stdexcept>

namespace insightd::torture
{
namespace
{

template <auto free> struct Freed {
    template <class Thing> void operator()(Thing* thing) const { free(thing); }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Paper = std::unique_ptr<X509, Freed<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>>;
using File = std::unique_ptr<FILE, Freed<fclose>>;

constexpr long day = 24 * 3'600;

void check(bool good)
{
    if (!good)
        throw std::runtime_error{"no certificate could be made"};
}

void add(X509& paper, int kind, const std::string& text)
{
    const Extension extension{X509V3_EXT_conf_nid(nullptr, nullptr, kind, text.c_str())};
    check(extension && X509_add_ext(&paper, extension.get(), -1) == 1);
}

void name(X509& paper, const std::string& whom)
{
    auto* subject = X509_get_subject_name(&paper);
    const auto* text = reinterpret_cast<const unsigned char*>(whom.c_str());
    check(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, text, -1, -1, 0) == 1);
    check(X509_set_issuer_name(&paper, subject) == 1);
}

} // namespace

void make(const Certificate& wish)
{
    const Key key{EVP_EC_gen("P-256")};
    const Paper paper{X509_new()};
    check(key && paper);
    check(X509_set_version(paper.get(), X509_VERSION_3) == 1);
    X509_gmtime_adj(X509_getm_notBefore(paper.get()), -7 * day);
    X509_gmtime_adj(X509_getm_notAfter(paper.get()), wish.until.count());
    ASN1_INTEGER_set(X509_get_serialNumber(paper.get()), 1);
    check(X509_set_pubkey(paper.get(), key.get()) == 1);
    name(*paper, wish.file.stem().string());
    add(*paper, NID_subject_alt_name, wish.name);
    add(*paper, NID_basic_constraints, "CA:TRUE");
    check(X509_sign(paper.get(), key.get(), EVP_sha256()) > 0);
    const File out{std::fopen(wish.file.c_str(), "w")};
    check(out && PEM_write_PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr));
    check(PEM_write_X509(out.get(), paper.get()) == 1);
}

} // namespace insightd::torture
