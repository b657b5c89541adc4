exports.handler = async () => 'below';
