// SPDX-License-Identifier: Apache-2.0
// Self-signed certificates in a temporary folder, for tests only.
#pragma once

#include <waypost/net/tls_context.hpp>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

namespace waypost::net::test {

class self_signed {
public:
    self_signed() {
        std::string path = (std::filesystem::temp_directory_path() / "waypost-tls-XXXXXX").string();
        folder_ = ::mkdtemp(path.data());
    }
    ~self_signed() {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }

    tls_certificate make(const std::string& name) const {
        EVP_PKEY* key = EVP_EC_gen("P-256");
        X509* certificate = X509_new();
        X509_set_version(certificate, 2);
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
        X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
        X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
        X509_set_pubkey(certificate, key);
        X509_NAME* subject = X509_get_subject_name(certificate);
        X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                                   reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
        X509_set_issuer_name(certificate, subject);
        X509_EXTENSION* names =
            X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, ("DNS:" + name).c_str());
        X509_add_ext(certificate, names, -1);
        X509_EXTENSION_free(names);
        X509_sign(certificate, key, EVP_sha256());

        const tls_certificate out{folder_ + "/" + name + ".crt", folder_ + "/" + name + ".key"};
        std::FILE* file = std::fopen(out.certificate_file.c_str(), "w");
        PEM_write_X509(file, certificate);
        std::fclose(file);
        file = std::fopen(out.key_file.c_str(), "w");
        PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
        std::fclose(file);
        X509_free(certificate);
        EVP_PKEY_free(key);
        return out;
    }

private:
    std::string folder_;
};

} // namespace waypost::net::test
