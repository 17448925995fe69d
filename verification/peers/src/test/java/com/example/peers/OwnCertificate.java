package com.example.peers;

import com.unboundid.asn1.ASN1OctetString;
import com.unboundid.asn1.ASN1Sequence;
import com.unboundid.ldap.sdk.DN;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.util.OID;
import com.unboundid.util.ObjectPair;
import com.unboundid.util.ssl.cert.CertException;
import com.unboundid.util.ssl.cert.PKCS8PrivateKey;
import com.unboundid.util.ssl.cert.PublicKeyAlgorithmIdentifier;
import com.unboundid.util.ssl.cert.SignatureAlgorithmIdentifier;
import com.unboundid.util.ssl.cert.X509Certificate;
import com.unboundid.util.ssl.cert.X509CertificateExtension;
import java.security.KeyPair;
import java.time.Duration;

/**
 * A certificate that has signed itself, made for one run.
 *
 * @param certificate the certificate, as PEM
 * @param key the private key, as PEM
 */
record OwnCertificate(String certificate, String key) {

    private static final OID SUBJECT_ALTERNATIVE_NAME = new OID("2.5.29.17");

    /** The choice of a name that is a host's. */
    private static final byte DNS_NAME = (byte) 0x82;

    private static final int KEY_BITS = 2048;
    private static final long DAY = Duration.ofDays(1).toMillis();

    /** Makes one for a host. */
    static OwnCertificate of(String host) {
        byte[] names = new ASN1Sequence(new ASN1OctetString(DNS_NAME, host)).encode();
        long now = System.currentTimeMillis();
        try {
            ObjectPair<X509Certificate, KeyPair> made = X509Certificate.generateSelfSignedCertificate(
                    SignatureAlgorithmIdentifier.SHA_256_WITH_RSA,
                    PublicKeyAlgorithmIdentifier.RSA,
                    KEY_BITS,
                    new DN("CN=" + host),
                    now - DAY,
                    now + DAY,
                    new X509CertificateExtension(SUBJECT_ALTERNATIVE_NAME, false, names));
            return new OwnCertificate(
                    made.getFirst().toPEMString(),
                    new PKCS8PrivateKey(made.getSecond().getPrivate().getEncoded()).toPEMString());
        } catch (CertException | LDAPException e) {
            throw new IllegalStateException(e);
        }
    }
}
