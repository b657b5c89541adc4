export const handler = (event, context, callback) => callback(null, import.meta.url.endsWith('index.js'));
