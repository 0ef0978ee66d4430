-- What the first version stored: a conversation with a line, a complaint, a message set aside.

INSERT INTO conversation VALUES (
  'conversation-a',
  'web',
  'key-a',
  1,
  '2026-11-23T10:42:07.123456Z',
  0,
  CAST('{"id":"conversation-a","address":{"channel":"web","key":"key-a"},"language":"en","begun_at":"2026-11-23T10:42:07.123456Z","touched_at":"2026-11-23T10:42:07.123456Z","version":1,"last_seq":1}' AS BLOB)
);
INSERT INTO receipt VALUES (
  'web',
  'key-a',
  'm1',
  'print of m1',
  1,
  1,
  '2026-11-23T10:42:07.123456Z'
);
INSERT INTO message VALUES (
  'conversation-a',
  1,
  CAST('{"seq":1,"sender":"bot","kind":"text","text":"Hello.","at":"2026-11-23T10:42:08.123456Z"}' AS BLOB)
);
INSERT INTO complaint VALUES (
  'CMP-0000-0001-Y',
  'conversation-a',
  'received',
  'delivery',
  '2026-11-23T10:43:07.123456Z',
  'web',
  'en',
  1
);
INSERT INTO fact VALUES (
  1,
  'conversation-a',
  'CMP-0000-0001-Y',
  1,
  'ComplaintReceived',
  '2026-11-23T10:43:07.123456Z',
  'complainant',
  CAST('{"details":{"narrative":"The parcel 1 never came.","subject":null,"occurred_on":null,"order_or_account":null,"effect":null,"remedy_sought":null,"evidence":null,"name":null,"contact":null,"acting_for":null,"adjustments":null},"attachments":[],"privacy":"named","assessment":{"category":"delivery","severity":"low","safety":false,"complexity":"low","impact":"low","immediate_action":false,"reasons":[]},"points":["not delivered"],"language":"en","channel":"web","regime":"iso10002 1"}' AS BLOB)
);
INSERT INTO identity VALUES (
  'CMP-0000-0001-Y',
  'Ann',
  CAST('{"kind":"email","value":"ann@example.org"}' AS BLOB),
  NULL
);
INSERT INTO outbox VALUES (
  1,
  'web',
  'key-a',
  'conversation-a',
  1,
  '2026-11-23T10:42:08.123456Z',
  '1970-01-01T00:00:00.000000Z',
  NULL,
  0,
  NULL
);
INSERT INTO quarantine VALUES (
  1,
  'web',
  'key-a',
  'm0',
  '2026-11-23T10:42:07.123456Z',
  CAST('{"address":{"channel":"web","key":"key-a"},"id":"m0","at":"2026-11-23T10:42:07.123456Z","text":"?"}' AS BLOB),
  'KeyError'
);
