exports.handler = async ( => {}
