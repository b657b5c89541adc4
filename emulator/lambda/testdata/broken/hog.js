const kept = [];
for (const end = Date.now() + 20_000; Date.now() < end;) if (kept.length < 300) kept.push(Buffer.alloc(1 << 20, 1));
exports.handler = async () => 'too late';
