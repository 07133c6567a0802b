/**
 * Test cases 13 to 15 of McGrew and Viega, "The Galois/Counter Mode of Operation (GCM)", which NIST took up: those of
 * AES-256 without additional data. All in hexadecimal; `sealed` is the ciphertext and the tag.
 */
export const vectors = [
  {
    name: 'case 13, no message',
    key: '00'.repeat(32),
    nonce: '00'.repeat(12),
    message: '',
    sealed: '530f8afbc74536b9a963b4f1c4cb738b',
  },
  {
    name: 'case 14, one block',
    key: '00'.repeat(32),
    nonce: '00'.repeat(12),
    message: '00'.repeat(16),
    sealed: 'cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919',
  },
  {
    name: 'case 15, four blocks',
    key: 'feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308',
    nonce: 'cafebabefacedbaddecaf888',
    message:
      'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72' +
      '1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255',
    sealed:
      '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa' +
      '8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad' +
      'b094dac5d93471bdec1a502270e3cc6c',
  },
];
