# LemonLDAP::NG's portal under plackup.  Its configuration is the file that
# LLNG_DEFAULTCONFFILE names.
use Plack::Builder;
use Plack::App::File;

# The portal loads a captcha whether one is wanted or not, and the usual one
# needs a library for pictures.
BEGIN {
	package Lemonldap::NG::Portal::NoCaptcha;
	use Mouse;
	extends 'Lemonldap::NG::Portal::Main::Plugin';
	sub init { 1 }
	$INC{'Lemonldap/NG/Portal/NoCaptcha.pm'} = __FILE__;
}
use Lemonldap::NG::Portal::Main;

my $files = '/usr/share/lemonldap-ng/portal/htdocs/static';
my $portal = Lemonldap::NG::Portal::Main->run({});
builder {
	mount '/static' => Plack::App::File->new(root => $files)->to_app;
	mount '/' => $portal;
};
