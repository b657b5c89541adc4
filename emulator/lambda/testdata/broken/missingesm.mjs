import 'no-such-module';
